using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>Seals the variables of jobs with AES-GCM, under a key in a file that only its owner can read.</summary>
internal sealed class JobSecrets : IDisposable
{
    private const int KeySize = 32, NonceSize = 12, TagSize = 16;

    // One user at a time: used by two at once, it spoils what both get.
    private readonly AesGcm _cipher;
    private readonly Lock _gate = new();

    private JobSecrets(byte[] key) => _cipher = new AesGcm(key, TagSize);

    /// <summary>Reads the key, or makes one.</summary>
    /// <param name="path">The key's file.</param>
    /// <exception cref="GpuOpsException"><c>QueueKeyInvalid</c>.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static JobSecrets Open(string path)
    {
        var key = File.Exists(path) ? File.ReadAllBytes(path) : Make(path);
        try
        {
            return key.Length == KeySize ? new JobSecrets(key) : throw new GpuOpsException("QueueKeyInvalid", GpuOpsErrorKind.InvalidData,
                $"The file '{path}' is not the key of a queue: it has {key.Length} bytes, not {KeySize}. Put the right one back, or remove it: then jobs that wait with variables cannot start.", path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Seals the variables of a job: nonce, tag, text. They can be opened for that job only.</summary>
    /// <param name="job">The job's number.</param>
    /// <param name="variables">Its variables.</param>
    public byte[] Seal(long job, IReadOnlyDictionary<string, string> variables)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(variables);
        var sealedText = new byte[NonceSize + TagSize + text.Length];
        var nonce = sealedText.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        lock (_gate)
            _cipher.Encrypt(nonce, text, sealedText.AsSpan(NonceSize + TagSize), sealedText.AsSpan(NonceSize, TagSize), Context(job));
        CryptographicOperations.ZeroMemory(text);
        return sealedText;
    }

    /// <summary>Opens what was sealed for a job.</summary>
    /// <param name="job">The job's number.</param>
    /// <param name="sealedText">What <see cref="Seal"/> made.</param>
    /// <exception cref="GpuOpsException"><c>SecretsUnreadable</c>: the key is another one, or the text was changed.</exception>
    public IReadOnlyDictionary<string, string> Unseal(long job, byte[] sealedText)
    {
        var text = new byte[Math.Max(0, sealedText.Length - NonceSize - TagSize)];
        try
        {
            lock (_gate)
                _cipher.Decrypt(sealedText.AsSpan(0, NonceSize), sealedText.AsSpan(NonceSize + TagSize), sealedText.AsSpan(NonceSize, TagSize), text, Context(job));
            return JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentOutOfRangeException or JsonException)
        {
            throw new GpuOpsException("SecretsUnreadable", GpuOpsErrorKind.InvalidData,
                $"The variables of job {job} cannot be read: the queue's key is not the one they were sealed with. Submit it again.", job, fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    public void Dispose() => _cipher.Dispose();

    private static byte[] Context(long job) => Encoding.ASCII.GetBytes(job.ToString(CultureInfo.InvariantCulture));

    private static byte[] Make(string path)
    {
        var key = RandomNumberGenerator.GetBytes(KeySize);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        // Under another name first: half a key must never be found.
        var draft = $"{path}.new";
        File.Delete(draft);
        using (var file = new FileStream(draft, options))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        return key;
    }
}
