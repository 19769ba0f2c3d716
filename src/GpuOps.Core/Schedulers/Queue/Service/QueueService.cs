using System.Globalization;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Api;
using GpuOps.Schedulers.Queue.Store;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>
/// A queue: takes jobs, starts each when it is its turn, and knows what became of them. Who may do what is for the
/// caller to decide; here everybody may do everything.
/// </summary>
public sealed class QueueService : IAsyncDisposable
{
    private readonly QueueStore _store;
    private readonly QueueServiceOptions _options;
    private readonly QueueNotes _notes = new();
    private readonly QueueWatchers _watchers = new();
    private readonly QueueLoop _loop;
    private readonly JobView _view;
    private Task _work = Task.CompletedTask;

    /// <summary>Makes it; nothing is done before <see cref="StartAsync"/>.</summary>
    /// <param name="store">The jobs; the caller's to dispose, after this.</param>
    /// <param name="options">What it works with.</param>
    public QueueService(QueueStore store, QueueServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        (_store, _options) = (store, options);
        _loop = new QueueLoop(store, options, _notes);
        _view = new JobView(store.Options.JobsFolder, _notes, options.Time);
    }

    /// <summary>What keeps jobs from being started, for people; null when nothing does.</summary>
    public string? Trouble => _notes.Store ?? _notes.Supervisor ?? _notes.Pool;

    /// <summary>How many places in the order were looked at so far.</summary>
    internal long Looks => _loop.Looks;

    /// <summary>Goes on where the queue was, and begins to start jobs.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var unfinished = await _store.ReadUnfinishedAsync(cancellationToken);
        _store.Committed = Tell;
        _work = Task.Run(() => _loop.RunAsync(unfinished), CancellationToken.None);
    }

    /// <summary>Takes jobs, all or none; they are on the disk when this answers. A request that its user sent before is not taken again.</summary>
    /// <param name="requests">What is asked for.</param>
    /// <param name="user">Whose the jobs are.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs may then have been taken.</param>
    /// <exception cref="GpuOpsException"><c>InvalidJob</c>, <c>JobNotFound</c> (one to be waited for), and what the store says.</exception>
    public async Task<IReadOnlyList<GpuJob>> SubmitAsync(IReadOnlyList<GpuJobRequest> requests, string user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        foreach (var request in requests)
            JobRules.Check(request, _options.Cores);
        return [.. (await _store.AddAsync(requests, user, cancellationToken)).Select(_view.Of)];
    }

    /// <summary>A job; null when there is none of that id.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<GpuJob?> FindAsync(string id, CancellationToken cancellationToken) =>
        TryNumber(id) is { } number && await _store.FindAsync(number, cancellationToken) is { } job ? _view.Of(job) : null;

    /// <summary>A page of jobs.</summary>
    /// <param name="listing">Which, in what order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>InvalidCursor</c>, <c>InvalidLimit</c>.</exception>
    public async Task<GpuJobPage> ListAsync(QueueListing listing, CancellationToken cancellationToken)
    {
        var page = await _store.ListAsync(listing, cancellationToken);
        return new GpuJobPage([.. page.Jobs.Select(_view.Of)], page.Next);
    }

    /// <summary>How many jobs there are in each state.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyDictionary<GpuJobState, long>> CountAsync(CancellationToken cancellationToken) => _store.CountAsync(cancellationToken);

    /// <summary>Changes a job that has not begun. Its priority may be changed and it may be held while it waits to be started again, too.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="change">What to change.</param>
    /// <param name="cancellationToken">Ends the wait; the change may then have been made.</param>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>, <c>JobNotQueued</c>, <c>InvalidJob</c>.</exception>
    public async Task<GpuJob> ChangeAsync(string id, GpuJobChange change, CancellationToken cancellationToken)
    {
        JobRules.Check(change);
        var changed = await _store.ChangeAsync(
            Number(id),
            job => job.State != GpuJobState.Queued
                ? throw new GpuOpsException("JobNotQueued", GpuOpsErrorKind.Busy, $"Job {id} is {job.State}: only a job that waits can be changed.", id)
                : job with
                {
                    Priority = change.Priority ?? job.Priority,
                    IsHeld = change.Hold ?? job.IsHeld,
                    Request = change is { Name: null, TimeLimit: null } ? job.Request
                        : job.Request with { Name = change.Name ?? job.Request.Name, TimeLimit = change.TimeLimit ?? job.Request.TimeLimit },
                },
            cancellationToken);
        return _view.Of(changed!);
    }

    /// <summary>
    /// Ends a job: one that waits at once; one that runs is Cancelled when nothing of it is left. One that is over stays as it is.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="by">Who wants that.</param>
    /// <param name="cancellationToken">Ends the wait; the job may then be ended all the same.</param>
    /// <returns>The job as it is now.</returns>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>.</exception>
    public async Task<GpuJob> CancelAsync(string id, string by, CancellationToken cancellationToken)
    {
        var number = Number(id);
        var changed = await _store.ChangeAsync(
            number,
            job => job.IsFinished || job.IsCancelling ? null
                : job.State == GpuJobState.Queued ? job with { State = GpuJobState.Cancelled, Reason = $"{by} cancelled it.", Ended = _options.Time.GetUtcNow() }
                : job with { IsCancelling = true, Reason = $"{by} cancelled it." },
            cancellationToken);
        return _view.Of(changed ?? await _store.FindAsync(number, cancellationToken) ?? throw QueueStore.NotFound(number));
    }

    /// <summary>Sends a signal to the program of a job that runs.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="signal">The signal's number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>, <c>JobNotRunning</c>.</exception>
    public async Task SignalAsync(string id, int signal, CancellationToken cancellationToken)
    {
        var number = Number(id);
        var job = await _store.FindAsync(number, cancellationToken) ?? throw QueueStore.NotFound(number);
        if (job.State != GpuJobState.Running)
            throw new GpuOpsException("JobNotRunning", GpuOpsErrorKind.NotReady, $"Job {id} is {job.State}: only a job that runs can be sent a signal.", id);
        _loop.Signal(number, signal);
    }

    /// <summary>Forgets a job that is over, and what it wrote.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Ends the wait; the job may then have been forgotten.</param>
    /// <exception cref="GpuOpsException"><c>JobNotFound</c>, <c>JobNotFinished</c>, <c>JobFilesNotRemoved</c>.</exception>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        var number = Number(id);
        var job = await _store.FindAsync(number, cancellationToken) ?? throw QueueStore.NotFound(number);
        if (job.IsFinished)
        {
            // First: what is left over would be nobody's.
            await Task.Run(() => RemoveFiles(number), cancellationToken);
        }

        await _store.RemoveAsync(number, cancellationToken);
    }

    /// <summary>What happens to jobs from now on. Who reads too slowly is told so, and has to read the jobs anew.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<QueueEvent> Watch(CancellationToken cancellationToken) => _watchers.Watch(cancellationToken);

    /// <summary>Asks the pool again for what could not be had: somebody has put a GPU back into service.</summary>
    public void LookAgain() => _loop.LookAgain();

    /// <summary>Starts nothing any more, and ends the jobs that run. Jobs that wait stay in the queue.</summary>
    /// <param name="by">Who wants that.</param>
    /// <param name="cancellationToken">Ends the wait; the jobs may then be ended all the same.</param>
    public async Task EndJobsAsync(string by, CancellationToken cancellationToken)
    {
        _loop.Drain();
        // First, so that no end is missed between a look and the news.
        var news = Watch(cancellationToken);
        if (await EndAllAsync(by, cancellationToken))
            return;
        await foreach (var _ in news)
        {
            if (await EndAllAsync(by, cancellationToken))
                return;
        }
    }

    /// <summary>Stops deciding. Jobs that run go on, and places in the pool's line are given up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loop.EndAsync();
        await _work;
        await _loop.DisposeAsync();
        _store.Committed = null;
        _watchers.End();
    }

    /// <summary>Ends all that run; true when none does.</summary>
    private async Task<bool> EndAllAsync(string by, CancellationToken cancellationToken)
    {
        var running = new GpuJobQuery { States = [GpuJobState.Starting, GpuJobState.Running] };
        var (jobs, _) = await ListAsync(new QueueListing { Filter = running, Limit = QueueListing.MaxLimit }, cancellationToken);
        foreach (var job in jobs)
            await CancelAsync(job.Id, by, cancellationToken);
        return jobs.Count == 0;
    }

    private void Tell(IReadOnlyList<StoredChange> changes)
    {
        _loop.Tell(changes);
        if (!_watchers.Any)
            return;
        foreach (var (id, job) in changes)
        {
            _watchers.Tell(job is null
                ? new QueueEvent(QueueEventKind.Removed, id.ToString(CultureInfo.InvariantCulture), null)
                : new QueueEvent(QueueEventKind.Changed, id.ToString(CultureInfo.InvariantCulture), _view.Of(job)));
        }
    }

    private void RemoveFiles(long number)
    {
        var files = new JobFiles(_store.Options.JobsFolder, number);
        try
        {
            files.Remove();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GpuOpsException("JobFilesNotRemoved", GpuOpsErrorKind.NotAllowed, $"The folder '{files.Folder}' cannot be removed: {fault.Message}", files.Folder, fault);
        }
    }

    private static long? TryNumber(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long Number(string id) => TryNumber(id)
        ?? throw new GpuOpsException("JobNotFound", GpuOpsErrorKind.NotFound, $"There is no job '{id}' in the queue: its jobs have numbers.", id);
}
