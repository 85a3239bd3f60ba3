"""Alipay's RSA2: RSA with SHA-256 (PKCS #1 v1.5) over sorted ``name=value`` pairs, in Base64. Pure."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def private_key(text: str) -> rsa.RSAPrivateKey:
    """From PEM, or from the bare Base64 (PKCS #8 or #1) that Alipay's key tool gives.

    Raises:
        ValueError: it is no RSA private key.
    """
    if "BEGIN" in text:
        key = serialization.load_pem_private_key(_pem(text), None)
    else:
        key = serialization.load_der_private_key(_der(text), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")  # noqa: TRY004  one error for every wrong key
    return key


def public_key(text: str) -> rsa.RSAPublicKey:
    """Likewise for a public key."""
    key = (
        serialization.load_pem_public_key(_pem(text))
        if "BEGIN" in text
        else serialization.load_der_public_key(_der(text))
    )
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")  # noqa: TRY004
    return key


def _pem(text: str) -> bytes:
    """An environment variable may carry its line ends as ``\\n``."""
    return text.replace("\\n", "\n").encode()


def _der(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


def text_to_sign(values: Mapping[str, str], *, without: tuple[str, ...] = ("sign",)) -> str:
    """``a=1&b=2`` of everything that is not empty, by name."""
    return "&".join(f"{name}={values[name]}" for name in sorted(values) if name not in without and values[name] != "")


def sign(key: rsa.RSAPrivateKey, text: str) -> str:
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_valid(key: rsa.RSAPublicKey, text: str, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
