using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using GpuOps.Channels;
using GpuOps.Cmdlets.Module;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;
using GpuOps.Timing;

namespace GpuOps.Cmdlets.Running;

/// <summary>Watches over a running command: ends everything it started when its time is up or its GPUs are lost.</summary>
internal sealed class CommandGuard : IDisposable
{
    /// <summary>How long a block of PowerShell may go on once its programs are gone.</summary>
    private static readonly TimeSpan AfterGrace = TimeSpan.FromSeconds(1);

    private readonly PoolSession _pool;
    private readonly GpuReservation _reservation;
    private readonly PSHost _host;
    private readonly Runspace? _runspace = Runspace.DefaultRunspace;
    private readonly CancellationTokenSource _finished = new();
    private readonly Lock _gate = new();
    private Deadline? _limit;
    private Task? _ending;

    public CommandGuard(PoolSession pool, GpuReservation reservation, PSHost host)
    {
        _host = host;
        _pool = pool;
        _reservation = reservation;
    }

    /// <summary>True once the time was up.</summary>
    public bool IsOverdue { get; private set; }

    /// <summary>True once the pool no longer held the reservation.</summary>
    public bool IsLost { get; private set; }

    /// <summary>True once it began to end what the command has started, which Ctrl+C may have cut short.</summary>
    public bool HasBegunToEnd
    {
        get
        {
            lock (_gate)
            {
                return _ending is not null;
            }
        }
    }

    /// <summary>Ends the command after a while.</summary>
    public void Limit(TimeSpan duration)
    {
        _limit = new Deadline(duration, TimeProvider.System);
        _limit.Token.Register(() =>
        {
            IsOverdue = true;
            End();
        });
    }

    /// <summary>Tells that the reservation is lost, and ends the command if that was asked for.</summary>
    /// <param name="stop">Ends the command.</param>
    public void Lose(bool stop)
    {
        IsLost = true;
        _host.UI.WriteWarningLine(RunningReservation.Describe(_reservation) + (stop ? " The command is being stopped." : ""));
        if (stop)
        {
            End();
        }
    }

    /// <summary>The command has ended, and the watch is over.</summary>
    /// <param name="wait">Waits for the end of what it started, where that was begun.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Finish(bool wait, CancellationToken cancellationToken)
    {
        _limit?.Dispose();
        _finished.Cancel();
        try
        {
            if (wait)
            {
                _ending?.Wait(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: the end goes on in the background.
        }
    }

    public void Dispose()
    {
        _limit?.Dispose();
        _finished.Dispose();
    }

    private void End()
    {
        lock (_gate)
        {
            _ending ??= Task.Run(EndAsync);
        }
    }

    private async Task EndAsync()
    {
        var grace = _pool.Settings.CommandGrace;
        var programs = ReservedProcesses.EndAsync(_reservation.Id, grace, TimeProvider.System, CancellationToken.None);
        try
        {
            // Programs gone, the block may still compute by itself, or start the next program.
            await programs;
            await Task.Delay(AfterGrace, _finished.Token);
            await ReservedProcesses.EndAsync(_reservation.Id, TimeSpan.Zero, TimeProvider.System, CancellationToken.None);
            if (_runspace is not null && !_finished.IsCancellationRequested)
            {
                // A block of PowerShell's own can only be stopped with the pipeline it runs in, which then reports nothing.
                _host.UI.WriteErrorLine(IsOverdue
                    ? "Invoke-GpuCommand: the command's time is up; the pipeline it runs in is being stopped."
                    : "Invoke-GpuCommand: the command's reservation is lost; the pipeline it runs in is being stopped.");
                RunningPipeline.Stop(_runspace);
            }
        }
        catch (OperationCanceledException)
        {
            // The command has ended.
        }
    }
}
