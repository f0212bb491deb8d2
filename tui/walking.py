"""Walking order, as the server's count sheets have it too."""

from workflow.walking import WalkingKey, shared_path, walking_key

__all__ = ["WalkingKey", "shared_path", "walking_key"]
