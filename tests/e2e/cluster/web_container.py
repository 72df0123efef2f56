"""A container that serves an empty page on port 8080, and asks for no more than a restricted namespace allows."""

from infra.deploy.manifests.objects import Json

PORT = 8080


def web_container(image: str) -> Json:
    """`image`: any that has Python."""
    return {
        "name": "web",
        "image": image,
        "command": ["python", "-m", "http.server", str(PORT), "--directory", "/tmp"],
        "readinessProbe": {"tcpSocket": {"port": PORT}},
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "200m", "memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
