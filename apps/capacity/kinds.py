"""What a resource's key says of it. Pure.

A key is ``kind:subject[:…]``: ``build:<model>:<option or *>:<month>``, ``stock:<sku>``, ``install:<store>:<day>`` (in
minutes), ``voucher:<code>[:<customer>]``.
"""

from datetime import date
from hashlib import sha256

BUILD, STOCK, INSTALL, VOUCHER = "build", "stock", "install", "voucher"
# The allotment of a whole model, beside those of single options.
ANY = "*"


def build(model: str, month: date, option: str = ANY) -> str:
    """So many cars of a model, or with one of its options, that the maker builds for us in a month."""
    return f"{BUILD}:{model}:{option}:{month:%Y-%m}"


def build_parts(resource: str) -> tuple[str, str, date]:
    """Model, option or ``*``, first day of the month."""
    _kind, model, option, month = resource.split(":")
    return model, option, date.fromisoformat(f"{month}-01")


def stock(sku: str) -> str:
    """Units on the shelf."""
    return f"{STOCK}:{sku}"


def install(store: str, day: date) -> str:
    """Minutes of a store's installers on a day."""
    return f"{INSTALL}:{store}:{day.isoformat()}"


def voucher(code: str, customer: str = "") -> str:
    """Uses of a code: all together, or one customer's (whose e-mail stands there as a digest)."""
    if not customer:
        return f"{VOUCHER}:{code}"
    return f"{VOUCHER}:{code}:{sha256(customer.strip().lower().encode()).hexdigest()[:24]}"


def subject(resource: str) -> str:
    """What stands after the kind."""
    return resource.split(":", 1)[1]
