using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers.Queue.Running;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>Gives a start to the supervisor. What it does twice has the effect of doing it once: the start's id decides.</summary>
/// <param name="store">The jobs.</param>
/// <param name="options">What the service works with.</param>
/// <param name="ending">Cancelled when the queue ends.</param>
internal sealed class JobLauncher(QueueStore store, QueueServiceOptions options, CancellationToken ending)
{
    /// <summary>The request for a job's GPUs.</summary>
    /// <param name="job">The job.</param>
    /// <param name="start">The number of the start they are for.</param>
    /// <param name="holder">The supervisor's process.</param>
    public ReservationRequest Request(StoredJob job, int start, ProcessIdentity? holder) => new()
    {
        Id = ClaimId(job.Id, start),
        Host = options.Pool.LocalHost,
        Demand = job.Request.Demand!,
        User = job.User,
        ActualUser = job.User,
        Kind = ReservationKind.Command,
        Holder = holder,
        Lease = options.Pool.Settings.HeartbeatExpiry,
        Note = job.Request.Name,
    };

    /// <summary>The id by which the pool knows what a start asks for.</summary>
    public string ClaimId(long job, int start) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{store.Instance}-{job}.{start}");

    /// <summary>Gets GPUs for a start that was begun and may have them already, under the same id.</summary>
    /// <param name="job">The job.</param>
    /// <param name="holder">The supervisor's process.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<GpuReservation> AcquireAgainAsync(StoredJob job, ProcessIdentity? holder, CancellationToken cancellationToken)
    {
        var request = Request(job, job.Starts, holder);
        var reservation = await options.Pool.AcquireAsync(request, timeout: null, progress: null, cancellationToken);
        if (reservation.Holder != holder)
        {
            // An earlier supervisor's: whoever finds that process dead would take it away.
            await options.Pool.Pool.ReleaseAsync(request.Host, request.Id, cancellationToken);
            reservation = await options.Pool.AcquireAsync(request, timeout: null, progress: null, cancellationToken);
        }

        if (!reservation.GpuId.SequenceEqual(job.Gpus))
            await store.ChangeAsync(job.Id, now => now.StartId == job.StartId && !now.IsFinished ? now with { Gpus = reservation.GpuId } : null, cancellationToken);
        return reservation;
    }

    /// <summary>Starts a job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="reservation">Its GPUs; null for none.</param>
    /// <param name="supervisor">Who starts it.</param>
    /// <returns>How the start stands.</returns>
    /// <exception cref="LaunchRefusedException">It was not started, and will not be.</exception>
    public async Task<SupervisedRun> LaunchAsync(StoredJob job, GpuReservation? reservation, IJobSupervisor supervisor)
    {
        RunOrder order;
        try
        {
            order = await OrderAsync(job, reservation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or GpuOpsException { Id: "SecretsUnreadable" })
        {
            throw new LaunchRefusedException($"It cannot be started: {fault.Message}", fault);
        }

        try
        {
            return await supervisor.StartAsync(order, ending);
        }
        catch (GpuOpsException fault) when (fault.Kind == GpuOpsErrorKind.InvalidArgument)
        {
            throw new LaunchRefusedException(fault.Message, fault);
        }
    }

    private async Task<RunOrder> OrderAsync(StoredJob job, GpuReservation? reservation)
    {
        var request = job.Request;
        var variables = await store.ReadVariablesAsync(job.Id, ending);
        var files = new JobFiles(store.Options.JobsFolder, job.Id);
        files.MakeFolder();
        if (request.Script is { } script)
            files.WriteScript(script);
        return new RunOrder
        {
            Id = job.StartId,
            Arguments = request.Script is null ? request.Arguments : [files.Script, .. request.Arguments],
            Variables = JobEnvironment.Of(options.Variables, variables, job.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), reservation is not null),
            WorkFolder = request.WorkFolder,
            OutputPath = files.Output,
            ErrorPath = request.MergeStreams ? files.Output : files.Errors,
            TimeLimit = request.TimeLimit,
            Grace = request.Grace,
            Reservation = reservation,
        };
    }
}
