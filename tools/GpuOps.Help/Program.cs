using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Xml.Linq;
using GpuOps.Help;

// GpuOps.Help CMDLETS.dll PAGES HELP.xml: the engine tells the parameters, the XML comments beside the assembly say
// what they mean, and a page for each cmdlet has the rest.
if (args is not [var assembly, var pages, var output])
{
    Console.Error.WriteLine("usage: GpuOps.Help CMDLETS.dll FOLDER-OF-PAGES HELP.xml");
    return 2;
}

var state = InitialSessionState.CreateDefault2();
state.ImportPSModule([Path.GetFullPath(assembly)]);
using var runspace = RunspaceFactory.CreateRunspace(state);
runspace.Open();
using var shell = PowerShell.Create(runspace);
var name = Path.GetFileNameWithoutExtension(assembly);
var comments = new XmlComments(Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(assembly))!, "GpuOps.*.xml"));
var cmdlets = shell.AddCommand("Get-Command").AddParameter("Module", name).Invoke<CmdletInfo>();
if (shell.HadErrors || cmdlets.Count == 0)
{
    Console.Error.WriteLine($"{assembly}: error HELP: no cmdlets were found. {string.Join(" ", shell.Streams.Error)}");
    return 1;
}

var help = new XElement(Maml.Root,
    new XAttribute("schema", "maml"),
    cmdlets.OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)
        .Select(cmdlet => Maml.Command(cmdlet, HelpPage.Read(Path.Combine(pages, cmdlet.Name + ".md")), comments)));
Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
new XDocument(help).Save(output);
return 0;
