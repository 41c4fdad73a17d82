"""Owns every message to anyone: the work queue, e-mail, SMS; when it may go, in which language, whether it is safe."""
