using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Probes;
using GpuOps.Timing;

namespace GpuOps.Cmdlets.Running;

/// <summary>A command that waits for its GPUs and runs in the background, in a process of its own.</summary>
public sealed class GpuCommandJob : Job
{
    /// <summary>How long the output of an ended program may take to arrive.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly GpuCommandOrder _order;
    private GpuReservation? _reservation;
    private bool _lost;

    internal GpuCommandJob(string command, string? name, GpuCommandOrder order)
        : base(command, name)
    {
        _order = order;
        PSJobTypeName = nameof(GpuCommandJob);
    }

    /// <summary>The GPUs it runs on; null while it waits in line.</summary>
    public GpuReservation? Reservation => _reservation;

    /// <summary>The program's exit code; null until it has ended.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count + Information.Count > 0;

    /// <inheritdoc/>
    public override string Location => _order.Pool.LocalHost;

    /// <inheritdoc/>
    public override string StatusMessage => ExitCode is { } code ? $"exit code {code}" : _reservation is { } held ? $"GPU {string.Join(",", held.GpuId)}" : "waiting in line";

    /// <summary>Ends the program with everything it started, gives the GPUs back, and returns when that is done.</summary>
    public override void StopJob()
    {
        _stop.Cancel();
        // Who is told of the end and stops the job once more must not wait for himself.
        if (JobStateInfo.State == JobState.Running)
        {
            _ended.Wait();
        }
    }

    internal void Start()
    {
        SetJobState(JobState.Running);
        EngineState.Current.Begin(this, _order.Owner);
        _ = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended.IsSet)
        {
            StopJob();
        }

        base.Dispose(disposing);
    }

    private async Task RunAsync()
    {
        var state = JobState.Failed;
        try
        {
            var progress = new ToStream(Progress, _order.Request);
            _reservation = await _order.Pool.AcquireAsync(_order.Request, _order.Timeout, progress, _stop.Token);
            state = await RunProgramAsync(_reservation);
        }
        catch (Exception fault) when (_stop.IsCancellationRequested && fault is OperationCanceledException or TimeoutException)
        {
            state = JobState.Stopped;
        }
        catch (Exception fault)
        {
            Error.Add(ErrorRecords.From(fault));
        }
        finally
        {
            Finish(state);
        }
    }

    private async Task<JobState> RunProgramAsync(GpuReservation held)
    {
        using var limit = new Deadline(_order.Duration, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
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
                ExitCode = await program.WaitAsync(LastWords);
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
            _stop.Cancel();
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

    /// <summary>Closes the streams, then sets the end state, once: who waits for the state must find all the output.</summary>
    private void Finish(JobState state)
    {
        foreach (var close in (Action[])[Output.Complete, Error.Complete, Progress.Complete, Verbose.Complete, Warning.Complete, Debug.Complete, Information.Complete])
        {
            close();
        }

        EngineState.Current.End(this);
        SetJobState(state);
        _ended.Set();
    }

    private sealed class ToStream(PSDataCollection<ProgressRecord> stream, ReservationRequest request) : IProgress<QueueProgress>
    {
        public void Report(QueueProgress value) => stream.Add(new ProgressRecord(
            7001, $"Waiting for {request.Demand} on {request.Host}", value.Trouble ?? $"place {value.Position} of {value.Waiting} in line"));
    }
}
