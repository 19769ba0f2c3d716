namespace GpuOps.Channels.Ssh;

/// <summary>A host key that no file of known hosts has: somebody has to say whether it is the right one.</summary>
/// <param name="Host">The host, as its key is looked up.</param>
/// <param name="KeyType">Such as <c>ssh-ed25519</c>.</param>
/// <param name="Fingerprint">Such as <c>SHA256:ohD8VZEXGWo6…</c>, as <c>ssh-keygen -l</c> shows it.</param>
/// <param name="File">The file it will be added to.</param>
public sealed record UnknownHostKey(string Host, string KeyType, string Fingerprint, string File);
