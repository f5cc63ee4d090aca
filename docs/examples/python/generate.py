"""Makes gen/ from the protos."""

import pathlib
import sys

from grpc_tools import protoc

here = pathlib.Path(__file__).parent
protos = here / "../../../proto"
gen = here / "gen"

gen.mkdir(exist_ok=True)
files = [str(path) for path in protos.glob("queqiao/*/v1/*.proto")]
sys.exit(protoc.main(["protoc", f"-I{protos}", f"--python_out={gen}", f"--grpc_python_out={gen}", *files]))
