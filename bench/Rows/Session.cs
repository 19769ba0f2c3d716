using System.Management.Automation;
using System.Management.Automation.Runspaces;
using GpuOps.Bench.Measuring;

namespace GpuOps.Bench.Rows;

/// <summary>A warm session: a runspace with the built module in it.</summary>
internal sealed class Session : IDisposable
{
    public Session(string? backend = null, string? folder = null)
    {
        var initial = InitialSessionState.CreateDefault2();
        initial.ThreadOptions = PSThreadOptions.UseCurrentThread;
        Runspace = RunspaceFactory.CreateRunspace(initial);
        Runspace.Open();
        Run($"Import-Module '{Artifacts.Manifest}'");
        if (backend is not null)
            Runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", new DefaultParameterDictionary { ["*Gpu*:Backend"] = backend });
        if (folder is not null)
            Runspace.SessionStateProxy.Path.SetLocation(folder);
    }

    public Runspace Runspace { get; }

    /// <summary>A script that can be run again and again.</summary>
    public PowerShell Prepare(string script)
    {
        var pipeline = PowerShell.Create();
        pipeline.Runspace = Runspace;
        return pipeline.AddScript(script);
    }

    /// <summary>Runs a script once; an error ends the benchmark.</summary>
    public IReadOnlyList<PSObject> Run(string script)
    {
        using var pipeline = Prepare(script);
        var output = pipeline.Invoke();
        return pipeline.HadErrors ? throw new InvalidOperationException(pipeline.Streams.Error[0].ToString()) : output;
    }

    public void Dispose() => Runspace.Dispose();
}
