"""Files that nobody should believe, for the tests of what is read."""

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any


class Trap:
    """An object that makes a folder where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = str(mark)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.mark,)


def npy(header: str, content: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """An array file with this header, whatever follows it."""
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + content


def array_header(shape: str, descr: str = "'<f8'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return held.getvalue()


def encrypted(zipped: bytes) -> bytes:
    """The zip file with all members marked as encrypted."""
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        parts = zipped.split(signature)
        marked = [part[: place - 4] + bytes([part[place - 4] | 1]) + part[place - 3 :] for part in parts[1:]]
        zipped = signature.join([parts[0], *marked])
    return zipped


def hostile_files(mark: Path) -> dict[str, bytes]:
    """Contents by name; to unpickle one of them makes the folder ``mark``."""
    pickled = pickle.dumps(Trap(mark))
    objects = npy(array_header("(1,)", "'|O'"), pickled)
    huge = npy(array_header(f"({10**13},)"))
    names = "memories", "labels", "identity", "checksum"
    four = {f"{name}.npy": npy(array_header("(2,)"), bytes(16)) for name in names}
    zeros = npy(array_header("(1000000,)"), bytes(8 * 10**6))
    return {
        "nothing": b"",
        "text": b"not a run",
        "pickle": pickled,
        "pickled objects": objects,
        "pickled objects in an archive": archive({name: objects for name in four}),
        "huge": huge,
        "huge in an archive": archive({name: huge for name in four}),
        "packed zeros": archive({name: zeros for name in four}, zipfile.ZIP_DEFLATED),
        "negative": npy(array_header("(-1,)"), bytes(8)),
        "empty dtype": npy(array_header("(3,)", "'|V0'")),
        "half a header": npy("{'descr': "),
        "a header that no language has": npy("{[]: 1}"),
        "a wrongly indented header": npy("\t x\n y"),
        "a nested header": npy("(" * 900),
        "code as header": npy(f"__import__('os').mkdir({str(mark)!r})"),
        "another version": npy(array_header("(2,)"), bytes(16), version=b"\x09\x00"),
        "names that lead out": archive({"../../out.npy": npy(array_header("(2,)"), bytes(16)), **four}),
        "absolute names": archive({str(mark): npy(array_header("(2,)"), bytes(16)), **four}),
        "foreign arrays": archive(four),
        "encrypted": encrypted(archive(four)),
        "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    }
