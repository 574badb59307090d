// What must not be written in any program here (SECURITY.md): a shell that is given a text made of input, code made of text, web views without anybody
// having thought about their policy. A test proves that each is found.
export const securityRules = {
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-new-func': 'error',
  'no-restricted-syntax': ['error',
    { selector: "ImportDeclaration[source.value=/^(node:)?child_process$/] ImportSpecifier[imported.name=/^exec(Sync)?$/]", message: 'exec gives its text to a shell: use execFile or spawn, with arguments.' },
    { selector: "CallExpression[callee.property.name='require'] Literal[value=/^(node:)?child_process$/]", message: 'Import child_process by name.' },
    { selector: "ImportDeclaration[source.value=/^(node:)?child_process$/] :matches(ImportDefaultSpecifier, ImportNamespaceSpecifier)", message: 'Import from child_process by name, so that exec is seen.' },
    { selector: "Property[key.name='shell']:not([value.value=false])", message: 'A shell would take arguments apart: use a program with arguments.' },
    { selector: "ArrayExpression > Literal[value=/^-[a-z]*c$/] + :matches(TemplateLiteral[expressions.length>0], BinaryExpression, CallExpression)", message: 'The text for a shell is constant; what varies goes to it as arguments.' },
    { selector: "NewExpression[callee.property.name='ShellExecution'][arguments.0.type!='Literal']", message: 'The program is named here; what varies goes to it as arguments.' },
    { selector: "NewExpression[callee.property.name='ShellExecution'][arguments.length<2]", message: 'A command line would be taken apart by a shell: give arguments.' },
    { selector: "CallExpression[callee.property.name='sendText']", message: 'A terminal takes a text as a command line.' },
    { selector: "MemberExpression[property.name=/^(createWebviewPanel|registerWebviewViewProvider|registerCustomEditorProvider|registerWebviewPanelSerializer)$/]", message: 'A web view needs a strict policy (SECURITY.md) and a test of it.' },
  ],
};
