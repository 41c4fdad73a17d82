"""The service's pages; each module beside this one adds its own."""

from shared.web.pages import Pages

pages = Pages("cooperatives")
LIST = "/cooperatives/cooperatives"
ONE = "/cooperatives/<id:cooperative_id>"
