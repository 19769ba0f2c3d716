using System.Net.Sockets;
using System.Runtime.Versioning;
using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Where a supervisor listens, to its own user alone.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SupervisorListener : IDisposable
{
    private const int Waiting = 128;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>Begins to listen.</summary>
    /// <param name="path">The socket's path; the caller knows that nobody else listens there.</param>
    public SupervisorListener(string path)
    {
        File.Delete(path);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _socket.Listen(Waiting);
    }

    /// <summary>Answers all who come, until it ends.</summary>
    /// <param name="supervisor">Who answers.</param>
    /// <param name="life">Says when, and is told who is there.</param>
    public async Task ServeAsync(IJobSupervisor supervisor, SupervisorLife life)
    {
        var own = PeerCredentials.OwnUser;
        while (!life.Ended.IsCancellationRequested)
        {
            try
            {
                var caller = await _socket.AcceptAsync(life.Ended);
                _ = Task.Run(() => AnswerAsync(caller, supervisor, own, life), CancellationToken.None);
            }
            catch (SocketException)
            {
                // There are no descriptors left for a moment.
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static async Task AnswerAsync(Socket caller, IJobSupervisor supervisor, uint own, SupervisorLife life)
    {
        using (caller)
        {
            if (PeerCredentials.Of(caller).UserId != own || !life.TryEnter())
            {
                return;
            }

            try
            {
                var stream = new SupervisorStream(new NetworkStream(caller, ownsSocket: true));
                await new SupervisorConnection(supervisor, stream).ServeAsync(life.Ended);
            }
            finally
            {
                life.Leave();
            }
        }
    }
}
