"""The edge: settings, sign-in, HTTP and WebSocket, and the command line."""
