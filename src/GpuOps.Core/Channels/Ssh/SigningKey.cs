using Renci.SshNet;
using Renci.SshNet.Security;

namespace GpuOps.Channels.Ssh;

/// <summary>A key whose private half is elsewhere: in an agent, or in a file that is still locked.</summary>
/// <param name="publicKey">The public key, in wire format.</param>
/// <param name="sign">Signs data with an algorithm; the result is a signature in wire format.</param>
internal sealed class SigningKey(byte[] publicKey, Func<string, byte[], byte[]> sign) : IPrivateKeySource
{
    /// <inheritdoc/>
    public IReadOnlyCollection<HostAlgorithm> HostKeyAlgorithms { get; } =
        [.. AlgorithmsOf(KnownHosts.KeyType(publicKey)).Select(name => new Algorithm(name, publicKey, sign))];

    // RSA with SHA-1 is refused by every server of today.
    private static IEnumerable<string> AlgorithmsOf(string keyType) => keyType == "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [keyType];

    private sealed class Algorithm(string name, byte[] publicKey, Func<string, byte[], byte[]> sign) : HostAlgorithm(name)
    {
        public override byte[] Data => publicKey;

        public override byte[] Sign(byte[] data) => sign(Name, data);

        public override bool VerifySignature(byte[] data, byte[] signature) => throw new NotSupportedException();
    }
}
