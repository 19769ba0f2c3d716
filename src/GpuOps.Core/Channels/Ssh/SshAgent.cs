using System.IO.Pipes;
using System.Net.Sockets;

namespace GpuOps.Channels.Ssh;

/// <summary>The keys that ssh-agent holds, and signatures by them; the protocol is draft-miller-ssh-agent.</summary>
/// <param name="socket">The path of its socket; on Windows the name of its pipe.</param>
internal sealed class SshAgent(string socket)
{
    private const byte RequestIdentities = 11, Identities = 12, SignRequest = 13, SignResponse = 14;
    private const int LongestAnswer = 1 << 20;
    private const uint RsaSha256 = 2, RsaSha512 = 4;

    /// <summary>The public keys it holds; none when there is no agent to talk to.</summary>
    public IReadOnlyList<byte[]> Keys()
    {
        try
        {
            ReadOnlySpan<byte> answer = Exchange([RequestIdentities], Identities);
            List<byte[]> keys = [];
            for (var left = SshWire.ReadNumber(ref answer); left > 0; left--)
            {
                keys.Add(SshWire.ReadString(ref answer).ToArray());
                _ = SshWire.ReadString(ref answer);
            }

            return keys;
        }
        catch (Exception fault) when (fault is IOException or SocketException or TimeoutException or UnauthorizedAccessException or InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>Signs; the result is a signature in wire format, with its algorithm's name.</summary>
    public byte[] Sign(byte[] key, string algorithm, byte[] data)
    {
        var flags = algorithm switch { "rsa-sha2-512" => RsaSha512, "rsa-sha2-256" => RsaSha256, _ => 0u };
        ReadOnlySpan<byte> answer = Exchange([SignRequest, .. SshWire.String(key), .. SshWire.String(data), .. SshWire.Number(flags)], SignResponse);
        return SshWire.ReadString(ref answer).ToArray();
    }

    private byte[] Exchange(byte[] request, byte expected)
    {
        using var stream = Open();
        stream.Write(SshWire.String(request));
        stream.Flush();
        var header = new byte[sizeof(uint)];
        stream.ReadExactly(header);
        ReadOnlySpan<byte> rest = header;
        var length = SshWire.ReadNumber(ref rest);
        if (length is 0 or > LongestAnswer)
            throw new InvalidDataException($"ssh-agent answers {length} bytes.");
        var answer = new byte[length];
        stream.ReadExactly(answer);
        return answer[0] == expected ? answer[1..] : throw new InvalidDataException($"ssh-agent refuses (answer {answer[0]}).");
    }

    private Stream Open()
    {
        if (OperatingSystem.IsWindows())
        {
            var pipe = new NamedPipeClientStream(".", socket.Split('\\')[^1], PipeDirection.InOut);
            pipe.Connect(TimeSpan.FromSeconds(2));
            return pipe;
        }

        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            connection.Connect(new UnixDomainSocketEndPoint(socket));
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
