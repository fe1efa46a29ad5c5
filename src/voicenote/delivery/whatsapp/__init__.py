"""The channel whatsapp: the Cloud API."""
