using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Api;

namespace GpuOps.Schedulers.Queue.Client;

/// <summary>A queue service. Any number of callers may use it at once.</summary>
public sealed class QueueScheduler : IJobScheduler
{
    /// <summary>How many ids a request's first line has room for.</summary>
    private const int MostIds = 200;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20), TakeBackLimit = TimeSpan.FromSeconds(10);

    private readonly QueueConnection _connection;

    /// <summary>Makes it; it connects at first use.</summary>
    /// <param name="location">Where the service is.</param>
    /// <param name="backend">The backend's name, or the URI of one that has none.</param>
    public QueueScheduler(QueueLocation location, string backend)
    {
        ArgumentNullException.ThrowIfNull(location);
        (Location, Backend, _connection) = (location, backend, new QueueConnection(location));
    }

    /// <inheritdoc/>
    public string Backend { get; }

    /// <summary>Where the service is.</summary>
    public QueueLocation Location { get; }

    /// <inheritdoc/>
    public string Description => $"the queue service at {Location.Folder}";

    /// <summary>Asks what the service says of itself.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>QueueServiceNotRunning</c>.</exception>
    public async Task<GpuServer> ReadServerAsync(CancellationToken cancellationToken) =>
        await _connection.AskAsync(HttpMethod.Get, QueuePaths.Server, null, QueueJson.Default.GpuServer, cancellationToken) with { Backend = Backend };

    /// <summary>The same; null when none runs, or it is just going away.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<GpuServer?> FindServerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadServerAsync(cancellationToken);
        }
        catch (GpuOpsException fault) when (fault.Id is "QueueServiceNotRunning" or "QueueServiceLost")
        {
            return null;
        }
    }

    /// <summary>Asks how well the service and its host are.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>QueueServiceNotRunning</c>.</exception>
    public async Task<GpuServerHealth> ReadHealthAsync(CancellationToken cancellationToken) =>
        await _connection.AskAsync(HttpMethod.Get, QueuePaths.Health, null, QueueJson.Default.GpuServerHealth, cancellationToken) with { Backend = Backend };

    /// <summary>Tells the service to end. Jobs that run go on, and one that is started again finds them.</summary>
    /// <param name="endJobs">Ends the jobs that run, and then what they were children of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException"><c>QueueServiceNotRunning</c>.</exception>
    public async Task StopServerAsync(bool endJobs, CancellationToken cancellationToken)
    {
        using (await _connection.SendAsync(HttpMethod.Post, QueuePaths.StopServer + (endJobs ? "?jobs=true" : ""), null, cancellationToken))
        {
        }

        // Who starts another one right behind it must find nobody.
        while (await FindServerAsync(cancellationToken) is not null)
            await Task.Delay(Look, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<GpuJob> SubmitJobAsync(GpuJobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await SendAsync(request, cancellationToken);
        }
        catch (OperationCanceledException) when (request.RequestId.Length > 0)
        {
            await TakeBackAsync(request);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GpuJob>> ReadJobsAsync(GpuJobQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Ids is not { Count: > MostIds } ids)
            return await ReadSomeAsync(query, cancellationToken);
        List<GpuJob> jobs = [];
        foreach (var some in ids.Distinct().Chunk(MostIds))
            jobs.AddRange(await ReadSomeAsync(query with { Ids = some, Limit = null }, cancellationToken));
        IEnumerable<GpuJob> sorted = jobs.OrderBy(job => NumberOf(job) * (query.NewestFirst ? -1 : 1));
        return [.. query.Limit is { } limit ? sorted.Take(limit) : sorted];
    }

    /// <inheritdoc/>
    public Task<GpuJob> ChangeJobAsync(string id, GpuJobChange change, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Patch, QueuePaths.For(QueuePaths.Job, id), JsonContent.Create(change, QueueJson.Default.GpuJobChange), cancellationToken);

    /// <inheritdoc/>
    public Task<GpuJob> StopJobAsync(string id, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, QueuePaths.For(QueuePaths.Stop, id), null, cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveJobAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(HttpMethod.Delete, QueuePaths.For(QueuePaths.Job, id), null, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GpuJobEnd> WaitJobsAsync(
        IReadOnlyList<string> ids, TimeSpan? interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        HashSet<string> open = [.. ids];
        while (open.Count > 0)
        {
            await foreach (var (id, job) in WatchAsync([.. open], cancellationToken))
            {
                if (job is not { IsFinished: false } && open.Remove(id))
                    yield return new GpuJobEnd(id, job);
                if (open.Count == 0)
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GpuJobLogPiece> ReadLogsAsync(
        IReadOnlyList<string> ids, GpuJobLogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(options);
        var jobs = await ReadJobsAsync(new GpuJobQuery { Ids = ids }, cancellationToken);
        if (ids.FirstOrDefault(id => jobs.All(job => job.Id != id)) is { } missing)
            throw NotFound(missing);
        var readers = jobs.SelectMany(job => StreamsOf(job, options).Select(kind => ReadLogAsync(job, kind, options, cancellationToken))).ToArray();
        await foreach (var piece in options.Follow ? Together.All(readers, cancellationToken) : Together.OneByOne(readers, cancellationToken))
            yield return piece;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BackendCheck> TestAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BackendCheck check;
        try
        {
            var server = await ReadServerAsync(cancellationToken);
            check = new BackendCheck("Service", true, $"Version {server.Version}, process {server.ProcessId}, since {server.StartTime:g}.");
        }
        catch (GpuOpsException fault)
        {
            check = new BackendCheck("Service", false, fault.Message);
        }

        yield return check;
    }

    /// <summary>
    /// Jobs as they are, and again whenever they change; null for one that there is not, or not any more. Who watches all and
    /// reads too slowly is told so by an empty id.
    /// </summary>
    /// <param name="ids">Which; none for all that change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<(string Id, GpuJob? Job)> WatchAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return ids.Count <= MostIds ? WatchSomeAsync(ids, cancellationToken)
            : Together.All([.. ids.Chunk(MostIds).Select(some => WatchSomeAsync(some, cancellationToken))], cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<GpuJob> SendAsync(GpuJobRequest request, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, QueuePaths.Jobs, JsonContent.Create(request, QueueJson.Default.GpuJobRequest), cancellationToken);

    /// <summary>
    /// Ends a job of which nobody has heard. Whether it was taken is not known: sent again it is the same job if it was, and
    /// held if it was not, so that it never starts.
    /// </summary>
    private async Task TakeBackAsync(GpuJobRequest request)
    {
        using var limit = new CancellationTokenSource(TakeBackLimit, TimeProvider.System);
        try
        {
            var job = await SendAsync(request with { Hold = true }, limit.Token);
            job = job.IsFinished ? job : await StopJobAsync(job.Id, limit.Token);
            if (job is { IsFinished: true, StartTime: null })
                await RemoveJobAsync(job.Id, limit.Token);
        }
        catch (Exception fault) when (fault is GpuOpsException or OperationCanceledException)
        {
            // The service is away. If it took the job it has it in its list, where its user finds it.
        }
    }

    private async IAsyncEnumerable<(string Id, GpuJob? Job)> WatchSomeAsync(IReadOnlyList<string> ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = string.Join('&', ids.Select(static id => $"id={Uri.EscapeDataString(id)}"));
        await foreach (var item in EventsAsync($"{QueuePaths.Events}?{query}", static data => JsonSerializer.Deserialize(data, QueueJson.Default.GpuJob)!, cancellationToken))
            yield return (item.Data.Id, item.EventType is QueuePaths.RemovedEvent or QueuePaths.MissedEvent ? null : Own(item.Data));
    }

    private static IEnumerable<GpuJobLogKind> StreamsOf(GpuJob job, GpuJobLogOptions options) =>
        options.Stream != GpuJobLogKind.All ? [options.Stream]
        : job.ErrorPath == job.OutputPath ? [GpuJobLogKind.Output]
        : [GpuJobLogKind.Output, GpuJobLogKind.Error];

    private async IAsyncEnumerable<GpuJobLogPiece> ReadLogAsync(
        GpuJob job, GpuJobLogKind kind, GpuJobLogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = kind == GpuJobLogKind.Error ? "error" : "output";
        var tail = options.Tail is { } lines ? string.Create(CultureInfo.InvariantCulture, $"?tail={lines}") : "";
        if (options.Follow)
        {
            await foreach (var item in EventsAsync(QueuePaths.For(QueuePaths.FollowedLog, job.Id, stream) + tail, Convert.FromBase64String, cancellationToken))
                yield return new GpuJobLogPiece(job, kind, item.Data);
            yield break;
        }

        using var response = await _connection.SendAsync(HttpMethod.Get, QueuePaths.For(QueuePaths.Log, job.Id, stream) + tail, null, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[1 << 16];
        while (await Guarded(() => body.ReadAsync(buffer, cancellationToken).AsTask()) is > 0 and var length)
            yield return new GpuJobLogPiece(job, kind, buffer.AsSpan(0, length).ToArray());
    }

    private async IAsyncEnumerable<SseItem<T>> EventsAsync<T>(string path, Func<string, T> parse, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var events = SseParser.Create(body, (_, data) => parse(System.Text.Encoding.UTF8.GetString(data))).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (events)
        {
            while (await Guarded(() => events.MoveNextAsync().AsTask()))
                yield return events.Current;
        }
    }

    private async Task<IReadOnlyList<GpuJob>> ReadSomeAsync(GpuJobQuery query, CancellationToken cancellationToken)
    {
        List<GpuJob> jobs = [];
        string? next = null;
        do
        {
            var left = query.Limit - jobs.Count;
            var page = await _connection.AskAsync(
                HttpMethod.Get, QueuePaths.Jobs + QueryOf(query with { Limit = left }, next), null, QueueJson.Default.GpuJobPage, cancellationToken);
            jobs.AddRange(page.Jobs.Select(Own));
            next = page.Next;
        }
        while (next is not null && jobs.Count < (query.Limit ?? int.MaxValue));
        return jobs;
    }

    private static long NumberOf(GpuJob job) => long.Parse(job.Id, NumberStyles.None, CultureInfo.InvariantCulture);

    private async Task<T> Guarded<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw _connection.Lost(fault);
        }
    }

    private async Task<GpuJob> AskAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        Own(await _connection.AskAsync(method, path, content, QueueJson.Default.GpuJob, cancellationToken));

    private GpuJob Own(GpuJob job) => job with { Backend = Backend };

    private GpuOpsException NotFound(string id) =>
        new("JobNotFound", GpuOpsErrorKind.NotFound, $"'{Backend}' knows no job {Values.Excerpt.Of(id)}.", id);

    private static string QueryOf(GpuJobQuery query, string? cursor)
    {
        List<(string Key, string Value)> all =
        [
            .. (query.Ids ?? []).Select(static id => ("id", id)),
            .. (query.Users ?? []).Select(static user => ("user", user)),
            .. (query.States ?? []).Select(static state => ("state", state.ToString())),
        ];
        if (query.OnlyOwn)
            all.Add(("own", "true"));
        if (query.Since is { } since)
            all.Add(("since", since.ToString("O", CultureInfo.InvariantCulture)));
        if (query.Limit is { } limit)
            all.Add(("limit", limit.ToString(CultureInfo.InvariantCulture)));
        if (query.NewestFirst)
            all.Add(("newest", "true"));
        if (cursor is not null)
            all.Add(("cursor", cursor));
        return all.Count == 0 ? "" : "?" + string.Join('&', all.Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
    }
}
