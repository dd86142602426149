// Lets a style sheet be imported for its effect alone; the build turns it into a file beside the script.
declare module "*.css";
