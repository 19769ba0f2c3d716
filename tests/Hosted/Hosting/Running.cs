using System.Diagnostics;
using System.Management.Automation;

namespace GpuOps.Hosted.Hosting;

/// <summary>A script that runs.</summary>
internal sealed class Running : IDisposable
{
    private readonly PowerShell _shell;
    private readonly IAsyncResult _end;

    public Running(PowerShell shell)
    {
        _shell = shell;
        Output = [];
        _end = shell.BeginInvoke<PSObject, PSObject>(null, Output);
    }

    /// <summary>What it has returned so far.</summary>
    public PSDataCollection<PSObject> Output { get; }

    public PSDataStreams Streams => _shell.Streams;

    public bool HasEnded => _end.IsCompleted;

    public PSInvocationState State => _shell.InvocationStateInfo.State;

    /// <summary>Waits for its end.</summary>
    public Outcome Finish()
    {
        Assert.True(_end.AsyncWaitHandle.WaitOne(Wait.Patience), $"Still running: {_shell.Commands.Commands[0].CommandText}");
        ErrorRecord? ended = null;
        try
        {
            _shell.EndInvoke(_end);
        }
        catch (RuntimeException fault)
        {
            ended = fault.ErrorRecord;
        }

        List<ErrorRecord> errors = [.. _shell.Streams.Error];
        if (ended is not null)
        {
            errors.Add(ended);
        }

        return new Outcome([.. Output], errors, ended, [.. _shell.Streams.Warning.Select(it => it.Message)]);
    }

    /// <summary>Ctrl+C; says how long it took.</summary>
    public TimeSpan Stop()
    {
        var clock = Stopwatch.StartNew();
        _shell.Stop();
        return clock.Elapsed;
    }

    public void Dispose() => _shell.Dispose();
}
