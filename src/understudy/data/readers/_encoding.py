"""Finds the character encoding of a text file: by its marks, by its zeros, by what its letters make sense as."""

import codecs
import re

__all__ = ["encoding_of", "is_mostly_utf8", "likeliest"]

BOMS = (
    *((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32")),
    *((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")),
)
ZERO_SHARE, ENOUGH_ZEROS = 0.1, 16  # in UTF-16, every second byte of digits, delimiters and line ends is zero
CANDIDATES = {
    "cp1252": 0.08,
    **dict.fromkeys(
        ("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030", "big5", "cp949"), 0.02
    ),
    **dict.fromkeys(("koi8_r", "cp866", "euc_jp", "cp874", "iso8859_2", "iso8859_7", "cp1257"), 0.0),
    **dict.fromkeys(("cp850", "mac_roman"), -0.05),
}
"""What is tried where bytes are no UTF-8, and how much more likely it is than others before a byte is seen."""
UNDEFINED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
ENOUGH = 8  # bytes beyond ASCII; fewer tell nothing
LOOKED_AT = 60_000
CHAOS, TELLING = 2.0, 0.2
MOSTLY, MIXED = 0.9, 0.3
OTHER_SCRIPT = r"[\u0370-\u1cff\u2e80-\ud7ff]"  # Greek and beyond, without signs
WORD = re.compile(rb"[^\s,;\"]+")  # a bar may be the second half of a Japanese letter


def encoding_of(start: bytes) -> str:
    """Guess the encoding from the first bytes: byte-order mark, zeros between letters, UTF-8, else what makes sense.

    The encodings of one byte for each letter all can be read as one another. They are told apart by how likely the
    letters follow one another (charset-normalizer); where there are too few letters to tell, it is cp1252, or Latin-1
    where the bytes mean nothing in cp1252.
    """
    for bom, name in BOMS:
        if start.startswith(bom):
            return name
    even, odd = start[0::2].count(0), start[1::2].count(0)
    enough = max(ZERO_SHARE * len(start) / 2, min(ENOUGH_ZEROS, len(start) / 4))
    if odd > enough and not even and _has_lines(start, "utf-16-le"):
        return "utf-16-le"
    if even > enough and not odd and _has_lines(start, "utf-16-be"):
        return "utf-16-be"
    try:
        # A letter that the end of the sample cuts in two is no evidence.
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return likeliest(start)
    return "utf-8"


def _has_lines(start: bytes, encoding: str) -> bool:
    """Tell whether line ends are such in the encoding too; stray zero bytes make no UTF-16."""
    return b"\n" not in start or "\n" in start.decode(encoding, errors="ignore")


def likeliest(start: bytes) -> str:
    """Give the encoding in which bytes that are no Unicode make the most sense."""
    western = "latin-1" if UNDEFINED_IN_CP1252 & set(start) else "cp1252"
    # A word tells once, however often it occurs.
    words = dict.fromkeys(word for word in WORD.findall(start) if not word.isascii())
    told = b"\n".join(words)[:LOOKED_AT]
    if sum(byte > 127 for byte in told) < ENOUGH:  # noqa: PLR2004 - the last of ASCII
        return western
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most files are UTF-8 and do without

    before = CANDIDATES | ({neighbours: TELLING} if (neighbours := _by_neighbours(told)) else {})
    found = {
        name: match.coherence - CHAOS * match.chaos + before[name]
        for match in from_bytes(told, cp_isolation=list(CANDIDATES))
        for name in {match.encoding, *match.could_be_from_charset} & CANDIDATES.keys()
        if not _mixes_scripts(told, name)
    }
    return max(found, key=lambda name: found[name]) if found else western


def _mixes_scripts(told: bytes, encoding: str) -> bool:
    """Tell whether words of Latin letters would have letters of another script among them."""
    text = told.decode(encoding, errors="replace")
    other = re.findall(OTHER_SCRIPT, text)
    mixed = re.findall(rf"(?<=[A-Za-z]){OTHER_SCRIPT}|{OTHER_SCRIPT}(?=[A-Za-z])", text)
    return len(mixed) > MIXED * len(other)


def _by_neighbours(told: bytes) -> str | None:
    """Name the encoding of letters that, read as cp1252, stand together as no western language puts them.

    Polish letters turn to digits inside of words; Czech, Slovak and Croatian ones to French or Danish ones beside š, ž;
    Hungarian ones to Estonian ones beside Spanish ones; Turkish ones to Icelandic ones beside French ones.
    """
    text = told.decode("cp1252", errors="replace").lower()
    letters = set(text)
    polish = re.search(r"[^\W\d_][¹³¿]|[¹³¿][^\W\d_]", text) is not None
    czech = bool(letters & set("šž") and letters & set("èøìùæð"))
    hungarian = bool(letters & set("õû") and letters & set("öü") and letters & set("áéíóú"))
    if polish or czech or (hungarian and not letters & set("ãçäâêèåñ")):
        return "cp1250"
    turkish = bool(letters & set("ðþ") and letters & set("çü"))
    return "cp1254" if turkish and not letters & set("áäåæø") else None


def is_mostly_utf8(data: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 are but a few among letters that are."""
    text = data.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(not char.isascii() for char in text) - bad
    return 0 < bad < (1 - MOSTLY) * (good + bad)
