"""What values name in the world (people, accounts, places): patterns, hints in column names, sensitivity.

A ``direct`` meaning points at one person or account: its values are always replaced by made-up ones. A ``quasi``
meaning (a city, a postcode) carries statistics as well: it stays a category while its levels repeat, and is made up
where it is nearly unique to a row.
"""

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["SEMANTICS", "Semantic", "named", "words_of"]


@dataclass(frozen=True, slots=True)
class Semantic:
    """One meaning.

    Parameters
    ----------
    name : str
        As :attr:`Identifier.semantic` spells it.
    title : str
        For people to read.
    pattern : str or None
        What every value looks like, case-insensitive; None where looks prove nothing and only the name tells.
    hints : tuple of str
        Words of a column's name, lower case, that suggest it; several words must stand side by side.
    sensitivity : {"direct", "quasi"}
        Whether it points at one person or account.
    by_content : bool
        Whether the pattern is proof enough without a hint in the column's name.
    """

    name: str
    title: str
    pattern: str | None
    hints: tuple[str, ...]
    sensitivity: Literal["direct", "quasi"] = "direct"
    by_content: bool = False

    def matches(self, value: str) -> bool:
        """Tell whether ``value`` looks like one of these."""
        return self.pattern is not None and re.fullmatch(self.pattern, value, re.IGNORECASE) is not None


HEX = "[0-9a-f]"
OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
NAME = r"[^\W\d_][^\d_\s,;:@/\\]*"

CITIES = ("city", "town", "municipality", "stadt", "ort", "wohnort", "ville", "ciudad", "cidade", "città", "citta")

SEMANTICS: tuple[Semantic, ...] = (
    Semantic(
        "email",
        "e-mail address",
        r"[^\s@,;]+@[^\s@,;]+\.[a-z]{2,}",
        ("email", "e mail", "mail", "correo", "courriel"),
        by_content=True,
    ),
    Semantic(
        "uuid",
        "UUID",
        rf"\{{?{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}\}}?",
        ("uuid", "guid"),
        by_content=True,
    ),
    Semantic("iban", "IBAN", r"[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?", ("iban",), by_content=False),
    Semantic(
        "url",
        "web address",
        r"(?:https?|ftp)://\S+|www\.\S+\.\S+",
        ("url", "uri", "website", "link"),
        "quasi",
        by_content=True,
    ),
    Semantic("ipv4", "IP address", rf"{OCTET}(?:\.{OCTET}){{3}}", ("ip", "ip address"), by_content=True),
    Semantic("ipv6", "IPv6 address", r"(?=.*:.*:)[0-9a-f:]{3,39}(?:%\w+)?", ("ipv6",), by_content=False),
    Semantic("mac", "MAC address", rf"{HEX}{{2}}(?:[:-]{HEX}{{2}}){{5}}", ("mac", "mac address"), by_content=True),
    Semantic(
        "ssn",
        "social security number",
        r"\d{3}-\d{2}-\d{4}",
        ("ssn", "social security", "national id"),
        by_content=True,
    ),
    Semantic(
        "credit_card",
        "card number",
        r"\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5}",
        ("credit card", "card number", "card no", "creditcard", "cc number", "pan"),
    ),
    Semantic(
        "phone",
        "telephone number",
        r"(?=(?:\D*\d){6,15}\D*$)\+?[\d\s()./x-]+(?:ext\.? ?\d+)?",
        (
            *("phone", "telephone", "mobile", "cell", "fax", "tel", "phone number", "phonenumber", "telefon", "handy"),
            *("telefonnummer", "téléphone", "teléfono", "telefono", "telefone", "celular", "telefoon"),
        ),
    ),
    Semantic(
        "first_name",
        "first name",
        rf"{NAME}(?: {NAME})?",
        (
            *("first name", "firstname", "given name", "forename", "givenname", "vorname", "prénom", "prenom"),
            *("voornaam", "primer nombre"),
        ),
    ),
    Semantic(
        "last_name",
        "last name",
        rf"{NAME}(?: {NAME}){{0,3}}",
        (
            *("last name", "lastname", "surname", "family name", "familyname", "nachname", "familienname", "apellido"),
            *("apellidos", "nom de famille", "cognome", "sobrenome", "achternaam"),
        ),
    ),
    Semantic(
        "person_name",
        "name of a person",
        rf"(?:{NAME},? ){{1,5}}{NAME}",
        (
            *("name", "full name", "fullname", "person", "customer name", "patient name", "employee name", "contact"),
            *("patient", "customer", "client", "doctor", "physician", "author", "owner", "contact name", "person name"),
            *("nom", "nombre", "nome", "naam", "kunde", "kundenname", "ansprechpartner", "mitarbeiter"),
        ),
    ),
    Semantic("username", "user name", r"[\w.@-]{2,40}", ("username", "user name", "login", "nickname")),
    Semantic(
        "address",
        "street address",
        r"(?=.*\d)(?=.*[^\W\d_]{3}).{6,120}",
        (
            *(
                "address",
                "street",
                "street address",
                "addr",
                "address line",
                "adresse",
                "anschrift",
                "strasse",
                "straße",
            ),
            *("dirección", "direccion", "endereço", "indirizzo", "adres"),
        ),
    ),
    Semantic(
        "postcode",
        "postcode",
        r"[a-z0-9][a-z0-9 -]{2,9}",
        (
            *("postcode", "zip", "zip code", "zipcode", "postal code", "plz", "postleitzahl", "code postal"),
            *("código postal", "codigo postal", "cep"),
        ),
        "quasi",
    ),
    Semantic("city", "city", r"[^\W\d_][^\d_]{1,40}", CITIES, "quasi"),
    Semantic(
        "company",
        "company",
        r".{2,80}",
        (
            *("company", "company name", "employer", "organisation", "organization", "firm", "firma", "unternehmen"),
            *("entreprise", "empresa", "azienda", "bedrijf"),
        ),
        "quasi",
    ),
)
"""Every meaning, those with the stricter pattern first."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(name: str) -> list[str]:
    """Split the name of a column into its words, lower case: ``customerID`` and ``customer_id`` alike."""
    return [word for word in re.split(r"[\W_]+", _CAMEL.sub(" ", name).lower()) if word]


def named(name: str) -> tuple[Semantic, ...]:
    """Give the meanings that the name of a column suggests, the longest hint first."""
    text = f" {' '.join(words_of(name))} "
    found = [(len(hint), s) for s in SEMANTICS for hint in s.hints if f" {hint} " in text]
    found.sort(key=lambda pair: -pair[0])
    return tuple(dict.fromkeys(s for _, s in found))
