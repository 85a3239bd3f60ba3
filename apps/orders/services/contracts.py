"""The PDF of a signed contract: made once of the stored terms, by a worker after signing or when somebody asks for it first."""

import structlog
from django.db import transaction

from apps.orders import contract_pdf
from apps.orders.models import Contract
from apps.orders.services.signing import hash_of

log = structlog.get_logger(__name__)


class Tampered(Exception):
    """The stored terms are not those that were signed."""


def pdf_of(contract: Contract) -> bytes:
    """The contract's file, rendered now if nobody has done so yet.

    Raises:
        Tampered: the stored terms do not have the signed hash.
    """
    if contract.pdf is not None:
        return bytes(contract.pdf)
    if hash_of(contract.data) != contract.sha256:
        raise Tampered(str(contract.pk))
    before = Contract.objects.filter(order_id=contract.order_id, seq=contract.seq - 1).first()
    made = contract_pdf.render(
        contract_pdf.Signed(
            data=contract.data,
            sha256=contract.sha256,
            signature=contract.signature,
            signed_at=contract.signed_at,
            language=contract.language,
            replaces=before.data if before else None,
        )
    )
    with transaction.atomic():
        # Two may render it at once, and both get the same; the trigger lets one write it.
        Contract.objects.filter(pk=contract.pk, pdf=None).update(pdf=made)
    return made


def render_due(limit: int = 20) -> int:
    """Render what was signed lately; returns how many contracts that were. One that fails does not hold up the others."""
    done = 0
    for contract in Contract.objects.filter(pdf=None).order_by("signed_at")[:limit]:
        try:
            pdf_of(contract)
        except Exception:
            log.exception("contract_not_rendered", contract=contract.pk)
            continue
        done += 1
    return done
