using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace GpuOps.Hosted.Hosting;

/// <summary>A runspace as a user has one: the module imported, <c>$b</c> the backend, the store's folder as location.</summary>
internal sealed class Session : IDisposable
{
    private static int _names;

    private Session(TestHost host)
    {
        Host = host;
        var initial = InitialSessionState.CreateDefault2();
        initial.Commands.Add(new SessionStateCmdletEntry("Select-First", typeof(SelectFirstCommand), null));
        initial.ThreadOptions = PSThreadOptions.ReuseThread;
        Runspace = RunspaceFactory.CreateRunspace(host, initial);
        Runspace.Name = $"test {Interlocked.Increment(ref _names)}";
        Runspace.Open();
    }

    public Runspace Runspace { get; }

    public TestHost Host { get; }

    /// <summary>A runspace without the module.</summary>
    public static Session OpenBare() => new(new TestHost());

    /// <summary>A runspace with the module.</summary>
    public static Session Open(Store? store = null)
    {
        var session = OpenBare();
        session.Run($"Import-Module '{BuiltModule.Manifest}'").Clean();
        if (store is not null)
        {
            session.Runspace.SessionStateProxy.Path.SetLocation(store.Folder);
            session.Runspace.SessionStateProxy.SetVariable("b", store.Uri);
            session.Runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", new DefaultParameterDictionary { ["*Gpu*:Backend"] = store.Uri });
        }

        return session;
    }

    /// <summary>A runspace with the module and a pool of GPUs that no driver sees.</summary>
    public static Session Open(Store store, int gpus)
    {
        var session = Open(store);
        session.Run($"Initialize-GpuPool -Count {gpus} | Out-Null").Clean();
        return session;
    }

    /// <summary>Runs a script to its end.</summary>
    public Outcome Run(string script, params ReadOnlySpan<object?> arguments)
    {
        using var running = Start(script, arguments);
        return running.Finish();
    }

    /// <summary>Runs a script that must succeed and gives what it returned, as text.</summary>
    public IReadOnlyList<string> Read(string script) => Run(script).Clean().Texts;

    /// <summary>Starts a script.</summary>
    public Running Start(string script, params ReadOnlySpan<object?> arguments)
    {
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;
        shell.AddScript(script);
        foreach (var argument in arguments)
        {
            shell.AddArgument(argument);
        }

        return new Running(shell);
    }

    public void Dispose() => Runspace.Dispose();
}
