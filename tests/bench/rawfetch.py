"""The floor of a sync: fetch every body with one IMAP command and only count the bytes.

python -m tests.bench.rawfetch PORT USER PASSWORD
"""

import socket
import sys


def _command(sock: socket.socket, tag: str, text: str) -> int:
    """Send one command and read to its tagged answer; returns the bytes read."""
    sock.sendall(f"{tag} {text}\r\n".encode())
    done = f"\r\n{tag} ".encode()
    total, tail = 0, b"\r\n"
    while True:
        data = sock.recv(1 << 18)
        if not data:
            raise ConnectionError("the server closed the connection")
        total += len(data)
        tail = (tail + data)[-4096:]
        if tail.endswith(b"\r\n") and done in tail:
            if f"{tag} OK".encode() not in tail:
                raise ConnectionError(tail[-200:].decode(errors="replace"))
            return total


def main() -> None:
    """Fetch the INBOX once."""
    port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.recv(4096)
        _command(sock, "a1", f'LOGIN "{user}" "{password}"')
        _command(sock, "a2", "EXAMINE INBOX")
        total = _command(sock, "a3", "UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])")
        _command(sock, "a4", "LOGOUT")
    sys.stdout.write(f"{total} bytes\n")


if __name__ == "__main__":
    main()
