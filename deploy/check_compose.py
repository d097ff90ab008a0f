"""Check docker-compose.yml: its form, its promises, and that its commands run.

`make check-compose`. No Docker is needed. Commands of the product run here, with the environment
the file gives them, against a database, a broker and secrets made for this run; other services'
commands run where their program is installed, and are named where it is not.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from deploy import rehearsal  # noqa: E402 - it needs the line above

SCHEMA = Path(__file__).with_name("compose.schema.json")
APP_IMAGE = "verify:local"
Service = dict[str, Any]


def read(path: Path) -> dict[str, Any]:
    """Read the file with ${NAME:-default} replaced by the default, as with nothing set."""
    text = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", path.read_text())
    compose: dict[str, Any] = yaml.safe_load(text)
    return compose


def faults_of_form(compose: dict[str, Any]) -> list[str]:
    """Compare with the part of the Compose specification that the file may use."""
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    return [
        f"{'.'.join(str(step) for step in fault.absolute_path)}: {fault.message}"
        for fault in validator.iter_errors(compose)
    ]


def faults_of_names(compose: dict[str, Any]) -> list[str]:
    """Name what a service uses and the file does not define."""
    faults = []
    services = compose["services"]
    for name, service in services.items():
        volumes = [volume.split(":")[0] for volume in service.get("volumes", [])]
        named = [volume for volume in volumes if not volume.startswith(("./", "/"))]
        used = {
            "volumes": named,
            "networks": service.get("networks", []),
            "secrets": service.get("secrets", []),
        }
        for kind, names in used.items():
            unknown = set(names) - set(compose.get(kind, {}))
            faults += [f"{name} uses {kind} {one}, which is not defined" for one in unknown]
        for file in (volume for volume in volumes if volume.startswith("./")):
            if not (ROOT / file).exists():
                faults.append(f"{name} mounts {file}, which does not exist")
        for other, how in service.get("depends_on", {}).items():
            if other not in services:
                faults.append(f"{name} waits for {other}, which does not exist")
            elif how["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                faults.append(f"{name} waits for the health of {other}, which has no check")
    return faults


def faults_of_promises(compose: dict[str, Any]) -> list[str]:
    """Hold every service to what docs/operating.md says of it."""
    faults = []
    for name, service in compose["services"].items():
        user = str(service.get("user", "")).split(":")[0]
        promises = {
            "runs as an ordinary user": user.isdecimal() and user != "0",
            "has a read-only root": service.get("read_only") is True,
            "drops every capability": service.get("cap_drop") == ["ALL"],
            "gains no privilege": "no-new-privileges:true" in service.get("security_opt", []),
            "has a memory limit": "mem_limit" in service,
            "has a health check": "healthcheck" in service or service.get("restart") == "no",
            "names a version of its image": not service["image"].endswith((":latest", "redis")),
            "takes passwords from files": not _has_password(service),
            "is out of the world's reach": name == "nginx" or service["networks"] == ["inside"],
        }
        faults += [
            f"{name} should be one that {said}" for said, held in promises.items() if not held
        ]
    if compose["networks"]["inside"].get("internal") is not True:
        faults.append("the network inside should be internal")
    if compose["services"]["beat"]["deploy"]["replicas"] != 1:
        faults.append("beat should be exactly one")
    return faults


def _has_password(service: Service) -> bool:
    environment = service.get("environment", {})
    return any(
        re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_URL|BROKER_URL", key)
        and not key.endswith(("_FILE",))
        for key in environment
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--form-only", action="store_true", help="do not run the commands")
    form_only = parser.parse_args().form_only
    compose = read(ROOT / "docker-compose.yml")
    faults = faults_of_form(compose)
    if not faults:
        faults = faults_of_names(compose) + faults_of_promises(compose)
    if not faults and not form_only:
        faults = rehearsal.rehearse(compose["services"], print)
    for fault in faults:
        print(f"docker-compose.yml: {fault}", file=sys.stderr)
    if faults:
        sys.exit(1)
    print("docker-compose.yml: nothing to complain about")


if __name__ == "__main__":
    main()
