using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Probes;
using GpuOps.Timing;

namespace GpuOps.Cmdlets.Running;

/// <summary>A command that waits for its GPUs and runs in the background, in a process of its own.</summary>
public sealed class GpuCommandJob : BackgroundJob
{
    /// <summary>How long the output of an ended program may take to arrive.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly GpuCommandOrder _order;
    private GpuReservation? _reservation;
    private bool _lost;

    internal GpuCommandJob(string command, string? name, GpuCommandOrder order)
        : base(command, name, order.Owner)
    {
        _order = order;
    }

    /// <summary>The GPUs it runs on; null while it waits in line.</summary>
    public GpuReservation? Reservation => _reservation;

    /// <summary>The program's exit code; null until it has ended.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override string Location => _order.Pool.LocalHost;

    /// <inheritdoc/>
    public override string StatusMessage => ExitCode is { } code ? $"exit code {code}" : _reservation is { } held ? $"GPU {string.Join(",", held.GpuId)}" : "waiting in line";

    private protected override async Task<JobState> WorkAsync(CancellationToken cancellationToken)
    {
        var progress = new ToStream(Progress, _order.Request);
        _reservation = await _order.Pool.AcquireAsync(_order.Request, _order.Timeout, progress, cancellationToken);
        return await RunProgramAsync(_reservation, cancellationToken);
    }

    private async Task<JobState> RunProgramAsync(GpuReservation held, CancellationToken cancellationToken)
    {
        using var limit = new Deadline(_order.Duration, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var running = RunningReservation.Begin(_order.Pool, held, _order.Owner, Lose);
        try
        {
            var program = StartProgramAsync(held);
            try
            {
                ExitCode = await program.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                // What it still prints while it ends, a last checkpoint say, is wanted too.
                await running.EndProgramsAsync();
                ExitCode = await program.WaitAsync(LastWords, CancellationToken.None);
                throw;
            }
        }
        catch (Exception fault) when (_lost && fault is OperationCanceledException or TimeoutException)
        {
            throw Lost(held);
        }
        catch (Exception fault) when (limit.IsOver && fault is OperationCanceledException or TimeoutException)
        {
            throw new GpuOpsException("CommandTimeLimit", GpuOpsErrorKind.Timeout,
                $"The command was ended after {_order.Duration}, with everything it had started.", held);
        }
        finally
        {
            await running.CloseAsync(endPrograms: ExitCode is null);
        }

        return _lost ? throw Lost(held) : ExitCode == 0 ? JobState.Completed : JobState.Failed;
    }

    private async Task<int> StartProgramAsync(GpuReservation held)
    {
        var variables = VisibleDevices.For(held.Provider, held.Device, held.Id).ToDictionary();
        var file = _order.Block is { } block ? BlockProcess.Write(block) : null;
        if (file is not null)
        {
            variables[BlockProcess.FileVariable] = file;
        }

        try
        {
            return await LocalProcess.RunAsync(
                _order.Target.Program!, _order.Target.Words, variables, _order.Folder, OnOutput, OnError, CancellationToken.None);
        }
        finally
        {
            if (file is not null)
            {
                BlockProcess.Forget(file);
            }
        }
    }

    private static GpuOpsException Lost(GpuReservation held) =>
        new("ReservationLost", GpuOpsErrorKind.Lost, $"The reservation {held} was lost while the command ran.", held);

    private void Lose(GpuReservation held)
    {
        _lost = true;
        Warning.Add(new WarningRecord(RunningReservation.Describe(held)));
        if (_order.StopWhenLost)
        {
            Cancel();
        }
    }

    private void OnOutput(string line)
    {
        if (_order.Block is null)
        {
            Output.Add(PSObject.AsPSObject(line));
        }
        else
        {
            BlockOutput.Read(line, this);
        }
    }

    private void OnError(string line) =>
        Error.Add(new ErrorRecord(new RuntimeException(line), "NativeCommandError", ErrorCategory.FromStdErr, _order.Target.Program));

    private sealed class ToStream(PSDataCollection<ProgressRecord> stream, ReservationRequest request) : IProgress<QueueProgress>
    {
        public void Report(QueueProgress value) => stream.Add(new ProgressRecord(
            7001, $"Waiting for {request.Demand} on {request.Host}", value.Trouble ?? $"place {value.Position} of {value.Waiting} in line"));
    }
}
