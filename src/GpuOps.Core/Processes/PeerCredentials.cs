using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using GpuOps.Probes;

namespace GpuOps.Processes;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it: unix(7), SO_PEERCRED.</summary>
/// <param name="UserId">The number of the user.</param>
[SupportedOSPlatform("linux")]
public readonly partial record struct PeerCredentials(uint UserId)
{
    private const int SocketLevel = 1, Option = 17, Size = 12, UserAt = 4;

    /// <summary>The user that this process acts as.</summary>
    public static uint OwnUser => EffectiveUser();

    /// <summary>The user's name; the number where it has none.</summary>
    public string UserName => ProcessOwners.UserName(UserId);

    /// <summary>Asks.</summary>
    /// <param name="socket">A connected Unix socket.</param>
    public static PeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var credentials = new byte[Size];
        socket.GetRawSocketOption(SocketLevel, Option, credentials);
        return new PeerCredentials(BitConverter.ToUInt32(credentials, UserAt));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
