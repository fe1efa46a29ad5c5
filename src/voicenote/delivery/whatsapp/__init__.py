"""The WhatsApp channel: Meta's Cloud API."""
