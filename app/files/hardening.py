"""Headers that keep a file from doing anything but being shown or saved."""

# A file is a stranger's: it runs no script, frames nothing and tells no link to anybody. Pages of
# other origins may show it, as front ends have origins of their own: a link is for its holder and
# no cookie comes with it, so a page learns nothing that it could not fetch by itself.
HARDENED = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
