"""Certificates: a gateway's own, and those of a cloud that a client can verify."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address
import os
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_FROM = datetime(2015, 1, 1, tzinfo=UTC)
VALID_DAYS = 365 * 40


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """Return the certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def fingerprint(self) -> str:
        """Return the hex SHA-256 of the certificate's DER."""
        return sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let a server's context offer this certificate from the next connection on."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        handle, path = tempfile.mkstemp(suffix=".pem")  # ssl takes nothing but files
        try:
            os.write(handle, self.pem + key)
            context.load_cert_chain(path)
        finally:
            os.close(handle)
            os.unlink(path)  # noqa: PTH108 - a plain file name, closed just above


def certificate(name: str, *, address: str | None = None, authority: bool = False) -> Certificate:
    """Return a new self-signed certificate, for an IP address if one is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_FROM + timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if address:
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(IPv4Address(address)), x509.DNSName("localhost")]
        )
        builder = builder.add_extension(names, critical=False)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    return Certificate(builder.sign(key, hashes.SHA256()), key)


def server_context(own: Certificate) -> ssl.SSLContext:
    """Return a server's context that offers a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_into(context)
    return context


# cryptography keeps the class `datetime` that it sees first, which must not be a frozen clock's.
certificate("unused")
