// Shows openapi.json, which lies beside this page, and signs requests once somebody has signed in here.
const ui = SwaggerUIBundle({
  dom_id: "#docs",
  url: "openapi.json",
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  // No third party is asked whether the document is valid.
  validatorUrl: null,
  responseInterceptor(answer) {
    const session = answer.status === 201 && /\/auth\/(login|refresh)$/.test(new URL(answer.url).pathname);
    const token = session && JSON.parse(answer.text || "{}")?.data?.attributes?.accessToken;
    if (token) ui.preauthorizeApiKey("bearer", token);
    return answer;
  },
});
