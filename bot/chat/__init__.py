"""Talk with people: read what they write to the bot, and answer.

Telegram -> Updater -> inbox (durable) -> request -> answer -> Telegram; one chat's requests in their order.
"""

__all__: list[str] = []
