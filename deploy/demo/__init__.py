"""The demo region: figures of the source documents, made-up people, and the main story told over the public API."""
