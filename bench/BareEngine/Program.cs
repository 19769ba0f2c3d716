using System.Management.Automation;
using System.Management.Automation.Runspaces;

// Opens a runspace, as whoever hosts the engine does; with an argument, imports that module too.
using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
runspace.Open();
if (args is [var manifest])
{
    using var pipeline = PowerShell.Create();
    pipeline.Runspace = runspace;
    pipeline.AddCommand("Import-Module").AddParameter("Name", manifest).Invoke();
    return pipeline.HadErrors ? 1 : 0;
}

return 0;
