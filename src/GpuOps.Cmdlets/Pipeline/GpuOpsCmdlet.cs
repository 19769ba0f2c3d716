using System.Management.Automation;
using System.Management.Automation.Runspaces;
using GpuOps.Cmdlets.Module;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>
/// The base of every cmdlet: one source of cancellation, ended by Ctrl+C and by a downstream command that has enough,
/// and one pump from asynchronous work to the pipeline.
/// </summary>
public abstract class GpuOpsCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled when the pipeline is stopped, and when the cmdlet is disposed.</summary>
    protected CancellationToken Stopped => _stop.Token;

    /// <summary>The runspace the cmdlet runs in, which owns what the cmdlet reserves.</summary>
    protected static Guid Owner => Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what is under way.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Work may outlive the cmdlet for a moment to tidy up and still looks at the token, so the source is not disposed.
            _stop.Cancel();
        }
    }

    /// <summary>Ctrl+C.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>A bad call ends the command; so does a store that cannot be used.</summary>
    protected sealed override void BeginProcessing() => Guarded(Begin);

    /// <summary>A failure on one item is that item's error; the rest of the pipeline goes on.</summary>
    protected sealed override void ProcessRecord() => Guarded(Process);

    /// <summary>What is left to do.</summary>
    protected sealed override void EndProcessing() => Guarded(End);

    /// <summary>Before the first item.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>For each item.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>After the last item.</summary>
    protected virtual void End()
    {
    }

    /// <summary>Runs asynchronous work, writing what it posts.</summary>
    /// <param name="work">The work; it posts with the first argument.</param>
    protected T Run<T>(Func<Action<Action<Cmdlet>>, CancellationToken, Task<T>> work)
    {
        var pump = new PipelinePump(this);
        var prompts = new PipelinePrompts(pump, Host);
        return pump.Run(
            token =>
            {
                EngineState.Current.Questioner.Use(prompts.Dialog);
                return work(pump.Post, token);
            },
            Stopped);
    }

    /// <summary>Runs asynchronous work that posts nothing.</summary>
    /// <param name="work">The work.</param>
    protected T Run<T>(Func<CancellationToken, Task<T>> work) => Run((_, token) => work(token));

    /// <summary>Reports one bad item of many; the command goes on with the others.</summary>
    /// <param name="fault">What was wrong with it.</param>
    /// <param name="target">The item.</param>
    protected void WriteFault(GpuOpsException fault, object? target = null) => WriteError(ErrorRecords.From(fault, target));

    private void Guarded(Action part)
    {
        try
        {
            part();
        }
        catch (GpuOpsException fault)
        {
            ThrowTerminatingError(ErrorRecords.From(fault));
        }
    }
}
