// The API's documentation page: Swagger UI on the service's own description.
const place = document.getElementById("api");
window.SwaggerUIBundle({ url: place.dataset.address, domNode: place, deepLinking: true });
