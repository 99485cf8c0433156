"""What may go wrong at the fake Bot API, as values: for which chat and method, at which call, and how."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["Fault", "FaultPlan"]

Kind = Literal["answer", "reset_before", "reset_after", "lost_answer", "slow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One trouble. It strikes calls number ``first`` to ``first + times - 1`` of those it concerns; ``times`` None: for ever.

    ``answer`` refuses with ``status``; ``reset_before`` cuts the connection unaccepted, ``reset_after`` after acceptance;
    ``lost_answer`` accepts and never answers; ``slow`` answers after ``seconds``. Empty ``method`` and ``chat`` mean any;
    ``markup`` strikes only calls with a parse_mode.
    """

    kind: Kind = "answer"
    method: str = "sendMessage"
    chat: int | None = None
    first: int = 1
    times: int | None = 1
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    migrate_to: int | None = None
    seconds: float = 0.0
    markup: bool = False

    @property
    def parameters(self) -> dict[str, int] | None:
        """Return the answer's ResponseParameters."""
        found = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to}
        return {key: value for key, value in found.items() if value is not None} or None

    def as_json(self) -> dict[str, object]:
        """Return the keywords that make this fault, for `/control/fault`."""
        return asdict(self)

    # The troubles by name, worded as Telegram words them.

    @classmethod
    def blocked(cls, chat: int, **when: object) -> Fault:
        return cls(chat=chat, status=403, description="Forbidden: bot was blocked by the user", **_ever(when))

    @classmethod
    def kicked(cls, chat: int, **when: object) -> Fault:
        return cls(chat=chat, status=403, description="Forbidden: bot was kicked from the channel chat", **_ever(when))

    @classmethod
    def chat_not_found(cls, chat: int, **when: object) -> Fault:
        return cls(chat=chat, status=400, description="Bad Request: chat not found", **_ever(when))

    @classmethod
    def bad_request(cls, description: str, **when: object) -> Fault:
        return cls(status=400, description=f"Bad Request: {description}", **when)

    @classmethod
    def bad_markup(cls, **when: object) -> Fault:
        return cls.bad_request("can't parse entities: Unsupported start tag", markup=True, **when)

    @classmethod
    def migrated(cls, chat: int, to: int, **when: object) -> Fault:
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        return cls(chat=chat, status=400, description=text, migrate_to=to, **_ever(when))

    @classmethod
    def too_many(cls, seconds: int, **when: object) -> Fault:
        return cls(status=429, description=f"Too Many Requests: retry after {seconds}", retry_after=seconds, **when)

    @classmethod
    def server_error(cls, status: int = 502, **when: object) -> Fault:
        return cls(status=status, description="Bad Gateway", **when)

    @classmethod
    def unauthorized(cls, **when: object) -> Fault:
        return cls(status=401, description="Unauthorized", **({"method": ""} | when))

    @classmethod
    def reset_before(cls, **when: object) -> Fault:
        return cls(kind="reset_before", **when)

    @classmethod
    def reset_after(cls, **when: object) -> Fault:
        return cls(kind="reset_after", **when)

    @classmethod
    def lost_answer(cls, **when: object) -> Fault:
        return cls(kind="lost_answer", **when)

    @classmethod
    def slow(cls, seconds: float, **when: object) -> Fault:
        return cls(kind="slow", seconds=seconds, **when)


def _ever(when: dict[str, object]) -> dict[str, object]:
    return {"times": None} | when


class FaultPlan:
    """The faults in force. Each counts the calls that concern it, from the moment it was added."""

    def __init__(self) -> None:
        self._faults: list[list[object]] = []
        self.struck: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._faults.append([fault, 0])

    def clear(self) -> None:
        """Lift all faults."""
        self._faults.clear()

    def strike(self, method: str, chat: int | None, *, markup: bool = False) -> Fault | None:
        """Count a call, and return the first fault that strikes it."""
        struck: Fault | None = None
        for entry in self._faults:
            fault: Fault = entry[0]
            if fault.method not in {"", method} or (fault.chat is not None and fault.chat != chat):
                continue
            if fault.markup and not markup:
                continue
            entry[1] += 1
            last = None if fault.times is None else fault.first + fault.times - 1
            if struck is None and entry[1] >= fault.first and (last is None or entry[1] <= last):
                struck = fault
        if struck is not None:
            self.struck.append(struck)
        return struck
