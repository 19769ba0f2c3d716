using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell.Commands;

namespace GpuOps.Cmdlets.Module;

/// <summary>What happens when the module comes into a runspace and when it leaves it. PowerShell makes a new one each time.</summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    static ModuleLifetime() => EngineLoadContext.Register();

    /// <summary>Watches the runspace, so that what it held is released when it closes. Touches no store and no network.</summary>
    public void OnImport()
    {
        if (Runspace.DefaultRunspace is { } runspace)
        {
            RunspaceWatch.Begin(runspace);
        }
    }

    /// <summary>Releases what the runspace held, unless the module is only being imported anew.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace && !IsImportedAnew())
        {
            RunspaceWatch.Release(runspace);
        }
    }

    /// <summary>Import-Module -Force removes the module first and says so to nobody; only its own frame tells.</summary>
    private static bool IsImportedAnew() =>
        new StackTrace(fNeedFileInfo: false).GetFrames().Any(frame => frame.GetMethod()?.DeclaringType == typeof(ImportModuleCommand));
}
