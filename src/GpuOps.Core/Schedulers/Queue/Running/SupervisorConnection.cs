using System.Net.Sockets;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>One who asks a supervisor, on the supervisor's side.</summary>
/// <param name="supervisor">The supervisor.</param>
/// <param name="stream">The connection.</param>
internal sealed class SupervisorConnection(IJobSupervisor supervisor, SupervisorStream stream)
{
    /// <summary>Answers until the other side goes away. Never fails.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> answers = [];
        try
        {
            await WriteAsync(new SupervisorReply(0) { Process = supervisor.Process }, gone.Token);
            while (await stream.ReadAsync(SupervisorJson.Default.SupervisorRequest, gone.Token) is { } request)
            {
                answers.RemoveAll(static answer => answer.IsCompleted);
                answers.Add(Task.Run(() => AnswerAsync(request, gone.Token), gone.Token));
            }
        }
        catch (Exception fault) when (IsGone(fault))
        {
            // It went away in the middle of a word, or spoke another language.
        }

        await gone.CancelAsync();
        await Task.WhenAll(answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stream.DisposeAsync();
    }

    private async Task AnswerAsync(SupervisorRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (request.Verb == SupervisorVerb.Watch)
            {
                await foreach (var run in supervisor.WatchAsync(cancellationToken))
                {
                    await WriteAsync(new SupervisorReply(request.Number) { Runs = [run] }, cancellationToken);
                }
            }
            else
            {
                await WriteAsync(await DoAsync(request, cancellationToken), cancellationToken);
            }
        }
        catch (Exception fault) when (IsGone(fault))
        {
            // Nobody is there to be answered; what was asked is done.
        }
    }

    private async Task<SupervisorReply> DoAsync(SupervisorRequest request, CancellationToken cancellationToken)
    {
        var reply = new SupervisorReply(request.Number);
        try
        {
            switch (request.Verb)
            {
                case SupervisorVerb.Start:
                    return reply with { Runs = [await supervisor.StartAsync(request.Order!, cancellationToken)] };
                case SupervisorVerb.List:
                    return reply with { Runs = await supervisor.ListAsync(cancellationToken) };
                case SupervisorVerb.Stop:
                    await supervisor.StopAsync(request.Id, cancellationToken);
                    return reply;
                case SupervisorVerb.Signal:
                    await supervisor.SignalAsync(request.Id, request.Signal, cancellationToken);
                    return reply;
                default:
                    await supervisor.ForgetAsync(request.Id, cancellationToken);
                    return reply;
            }
        }
        catch (GpuOpsException fault)
        {
            return reply with { ErrorId = fault.Id, ErrorKind = fault.Kind, Error = fault.Message };
        }
    }

    private Task WriteAsync(SupervisorReply reply, CancellationToken cancellationToken) =>
        stream.WriteAsync(reply, SupervisorJson.Default.SupervisorReply, cancellationToken);

    private static bool IsGone(Exception fault) =>
        fault is IOException or SocketException or InvalidDataException or OperationCanceledException or ObjectDisposedException;
}
