"""业务共享沉淀: how-tos, templates and cases by the duty that they serve; what the next holder of a post is handed."""
