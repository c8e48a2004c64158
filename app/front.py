"""The page at `/`: what runs here, and where the API is."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lead 2 Patient</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 12vh auto; padding: 0 1rem }
code { background: #eef1f4; padding: .1em .3em; border-radius: .25em }
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e6e6e6 }
a { color: #8ab4f8 } code { background: #262b30 } }
</style>
</head>
<body>
<h1>Lead 2 Patient</h1>
<p>This is the GraphQL API of a med-spa practice: its contacts, its pipeline board, live.</p>
<ul>
<li><code>POST /graphql</code> for queries and mutations, with
<code>Authorization: Bearer &lt;token&gt;</code></li>
<li><code>/graphql</code> as a WebSocket (<code>graphql-transport-ws</code>) for live boards</li>
<li><a href="/schema.graphql">The schema</a></li>
<li><a href="/readyz">Is it ready?</a></li>
</ul>
</body>
</html>
"""
