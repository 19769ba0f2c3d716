using GpuOps.Errors;
using Renci.SshNet;
using Renci.SshNet.Common;
using Renci.SshNet.Security;

namespace GpuOps.Channels.Ssh;

/// <summary>A private key in a file.</summary>
/// <param name="path">Its path.</param>
internal sealed class IdentityFile(string path)
{
    private const string Begin = "-----BEGIN OPENSSH PRIVATE KEY-----", End = "-----END";
    private static readonly byte[] Magic = "openssh-key-v1\0"u8.ToArray();

    public string Path => path;

    /// <summary>The public half, without the passphrase: from the .pub file, or the head of the private one; null when neither tells.</summary>
    public byte[]? PublicKey()
    {
        try
        {
            return File.Exists(path + ".pub") && File.ReadAllText(path + ".pub").Split(' ', 3) is [_, var key, ..]
                ? Convert.FromBase64String(key.Trim())
                : FromHead(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The key, to be offered. One with a passphrase asks for it only when the server would take the key.</summary>
    /// <param name="ask">Asks for the passphrase; null when nobody can answer.</param>
    /// <returns>Null when it is locked and cannot be unlocked.</returns>
    /// <exception cref="GpuOpsException"><c>IdentityFileInvalid</c>.</exception>
    public IPrivateKeySource? Open(Func<string, string?>? ask)
    {
        try
        {
            return new PrivateKeyFile(path);
        }
        catch (SshPassPhraseNullOrEmptyException)
        {
            if (ask is null)
                return null;
            var unlocked = new Lazy<PrivateKeyFile>(() => Unlock(ask));
            return PublicKey() is { } key ? new SigningKey(key, (algorithm, data) => Algorithm(unlocked.Value, algorithm).Sign(data)) : unlocked.Value;
        }
        catch (Exception fault) when (fault is SshException or IOException or UnauthorizedAccessException or FormatException or NotSupportedException)
        {
            throw new GpuOpsException("IdentityFileInvalid", GpuOpsErrorKind.InvalidData, $"The key file '{path}' cannot be used: {fault.Message}", path, fault);
        }
    }

    private PrivateKeyFile Unlock(Func<string, string?> ask)
    {
        const int tries = 3;
        for (var left = tries; left > 0; left--)
        {
            if (ask($"Passphrase for key '{path}': ") is not { Length: > 0 } passphrase)
                break;
            try
            {
                return new PrivateKeyFile(path, passphrase);
            }
            catch (Exception fault) when (fault is SshException or System.Security.Cryptography.CryptographicException or ArgumentException)
            {
                // Not this one; asked again.
            }
        }

        throw new SshAuthenticationException($"No right passphrase was given for '{path}'.");
    }

    private static HostAlgorithm Algorithm(PrivateKeyFile file, string name) => file.HostKeyAlgorithms.First(algorithm => algorithm.Name == name);

    private static byte[]? FromHead(string text)
    {
        var from = text.IndexOf(Begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(End, from + Begin.Length, StringComparison.Ordinal);
        if (to < 0)
            return null;
        ReadOnlySpan<byte> data = Convert.FromBase64String(text[(from + Begin.Length)..to]);
        if (!data.StartsWith(Magic))
            return null;
        data = data[Magic.Length..];
        for (var field = 0; field < 3; field++)
            _ = SshWire.ReadString(ref data);
        return SshWire.ReadNumber(ref data) > 0 ? SshWire.ReadString(ref data).ToArray() : null;
    }
}
