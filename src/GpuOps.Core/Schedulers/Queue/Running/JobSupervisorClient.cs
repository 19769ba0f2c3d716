using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Speaks to a supervisor. When that goes away, everything that waits fails with <c>SupervisorGone</c>; then a new client is needed.</summary>
public sealed class JobSupervisorClient : IJobSupervisor
{
    private readonly string _socket;
    private readonly SupervisorStream _stream;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<SupervisorReply>> _waiting = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reading;
    private long _number;
    private volatile bool _isGone;
    private bool _isClosed;

    private JobSupervisorClient(string socket, SupervisorStream stream, ProcessIdentity? process)
    {
        _socket = socket;
        _stream = stream;
        Process = process;
        _reading = Task.Run(ReadAsync);
    }

    /// <inheritdoc/>
    public ProcessIdentity? Process { get; }

    /// <summary>Connects to the supervisor of a state folder; null when there is none.</summary>
    /// <param name="folder">The state folder, absolute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>SocketPathTooLong</c>.</exception>
    public static async Task<JobSupervisorClient?> FindAsync(string folder, CancellationToken cancellationToken)
    {
        var path = QueueLocation.In(folder).Supervisor.Socket;
        return await OpenAsync(path, cancellationToken) is var (stream, hello) && stream is not null
            ? new JobSupervisorClient(path, stream, hello!.Process) : null;
    }

    /// <inheritdoc/>
    public async Task<SupervisedRun> StartAsync(RunOrder order, CancellationToken cancellationToken)
    {
        RunOrderRules.Check(order);
        return (await AskAsync(Next(SupervisorVerb.Start) with { Order = order }, cancellationToken)).Runs[0];
    }

    /// <inheritdoc/>
    public Task StopAsync(string id, CancellationToken cancellationToken) =>
        AskAsync(Next(SupervisorVerb.Stop) with { Id = id }, cancellationToken);

    /// <inheritdoc/>
    public Task SignalAsync(string id, int signal, CancellationToken cancellationToken) =>
        AskAsync(Next(SupervisorVerb.Signal) with { Id = id, Signal = signal }, cancellationToken);

    /// <inheritdoc/>
    public Task ForgetAsync(string id, CancellationToken cancellationToken) =>
        AskAsync(Next(SupervisorVerb.Forget) with { Id = id }, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SupervisedRun>> ListAsync(CancellationToken cancellationToken) =>
        (await AskAsync(Next(SupervisorVerb.List), cancellationToken)).Runs;

    /// <inheritdoc/>
    public async IAsyncEnumerable<SupervisedRun> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // On a connection of its own, so that who reads slowly holds up no answer.
        var (stream, _) = await OpenAsync(_socket, cancellationToken);
        await using var own = stream ?? throw Gone(null);
        await TryAsync(() => own.WriteAsync(Next(SupervisorVerb.Watch), SupervisorJson.Default.SupervisorRequest, cancellationToken));
        while (true)
        {
            SupervisorReply? reply = null;
            await TryAsync(async () => reply = await own.ReadAsync(SupervisorJson.Default.SupervisorReply, cancellationToken));
            foreach (var run in (reply ?? throw Gone(null)).Runs)
            {
                yield return run;
            }
        }
    }

    /// <summary>Closes the connection; the supervisor and the jobs live on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            await _end.CancelAsync();
            await _stream.DisposeAsync();
            await _reading;
            _end.Dispose();
        }
    }

    private static async Task<(SupervisorStream? Stream, SupervisorReply? Hello)> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            var stream = new SupervisorStream(new NetworkStream(socket, ownsSocket: true));
            if (await stream.ReadAsync(SupervisorJson.Default.SupervisorReply, cancellationToken) is { } hello)
            {
                return (stream, hello);
            }
        }
        catch (Exception fault) when (fault is SocketException or IOException or InvalidDataException)
        {
            // Nobody listens, or it is just going away.
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
        return default;
    }

    private SupervisorRequest Next(SupervisorVerb verb) => new(Interlocked.Increment(ref _number), verb);

    private async Task<SupervisorReply> AskAsync(SupervisorRequest request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<SupervisorReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[request.Number] = answer;
        try
        {
            if (_isGone)
            {
                throw Gone(null);
            }

            await TryAsync(() => _stream.WriteAsync(request, SupervisorJson.Default.SupervisorRequest, cancellationToken));
            var reply = await answer.Task.WaitAsync(cancellationToken);
            return reply.ErrorId is null ? reply : throw new GpuOpsException(reply.ErrorId, reply.ErrorKind, reply.Error ?? "", request.Id);
        }
        finally
        {
            _waiting.TryRemove(request.Number, out _);
        }
    }

    private async Task ReadAsync()
    {
        Exception? cause = null;
        try
        {
            while (await _stream.ReadAsync(SupervisorJson.Default.SupervisorReply, _end.Token) is { } reply)
            {
                if (_waiting.TryRemove(reply.Number, out var answer))
                {
                    answer.SetResult(reply);
                }
            }
        }
        catch (Exception fault) when (IsGone(fault) || fault is OperationCanceledException)
        {
            cause = fault;
        }

        // First: who comes after the loop below looks at it.
        _isGone = true;
        foreach (var answer in _waiting.Values)
        {
            answer.TrySetException(Gone(cause));
        }
    }

    private static async Task TryAsync(Func<Task> talk)
    {
        try
        {
            await talk();
        }
        catch (Exception fault) when (IsGone(fault))
        {
            throw Gone(fault);
        }
    }

    private static bool IsGone(Exception fault) => fault is IOException or SocketException or InvalidDataException or ObjectDisposedException;

    private static GpuOpsException Gone(Exception? cause) =>
        new("SupervisorGone", GpuOpsErrorKind.Unreachable, "The supervisor of the jobs has gone away.", null, cause);
}
