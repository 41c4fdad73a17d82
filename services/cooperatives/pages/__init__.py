"""HTML routes: the same commands and queries as the API. Each module beside this one adds its own."""

from shared.web.pages import Pages

pages = Pages("cooperatives")
