using System.Linq.Expressions;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell.Commands;

namespace GpuOps.Shell;

/// <summary>
/// Has what the first import and the first script need compiled on another core, while the runspace opens on this one:
/// most of a short run is the runtime compiling the engine's generic code.
/// </summary>
internal static class WarmUp
{
    public static void Start() => new Thread(Run) { IsBackground = true, Name = "warm-up" }.Start();

    private static void Run()
    {
        try
        {
            Parser.ParseInput("@{ Name = 'x' }; exit 0", out _, out _);
            Expression.Lambda<Func<int>>(Expression.Constant(0)).Compile(preferInterpretation: true);

            // Reads the manifest the way an import does, and imports nothing.
            var state = InitialSessionState.Create();
            state.LanguageMode = PSLanguageMode.FullLanguage;
            state.Commands.Add(new SessionStateCmdletEntry("Test-ModuleManifest", typeof(TestModuleManifestCommand), null));
            using Runspace runspace = RunspaceFactory.CreateRunspace(state);
            runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
            runspace.Open();
            using PowerShell pipeline = PowerShell.Create();
            pipeline.Runspace = runspace;
            pipeline.AddCommand("Test-ModuleManifest").AddParameter("Path", Session.Manifest).Invoke();
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException)
        {
            // Only time is lost; the import itself says what is wrong.
        }
    }
}
