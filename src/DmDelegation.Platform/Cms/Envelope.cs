using System.Formats.Asn1;
using static DmDelegation.Platform.Cms.DerReading;

namespace DmDelegation.Platform.Cms;

/// <summary>
/// The one form of EnvelopedData that is taken (DEL-158). Order of fields:
/// version, recipientInfos { ktri { version, rid, keyEncryptionAlgorithm, encryptedKey } }, encryptedContentInfo { contentType, algorithm, [0] content }.
/// </summary>
/// <param name="Recipient">DER of the recipient's identifier.</param>
/// <param name="EncryptedKey">The content-encryption key under RSAES-OAEP.</param>
/// <param name="InitialVector">IV of AES-256-CBC.</param>
/// <param name="Content">The encrypted content.</param>
internal sealed record Envelope(
    ReadOnlyMemory<byte> Recipient, ReadOnlyMemory<byte> EncryptedKey, ReadOnlyMemory<byte> InitialVector, ReadOnlyMemory<byte> Content)
{
    private const int BlockOctets = 16;

    /// <exception cref="AsnContentException">Any other form, algorithm, parameter, count or length.</exception>
    public static Envelope Parse(ReadOnlyMemory<byte> octets)
    {
        var data = OpenContentInfo(octets, ObjectIdentifiers.EnvelopedData);
        Require(data.TryReadInt32(out var version) && version is 0 or 2, "version");
        // Originator information (context tag 0) and unprotected attributes (context tag 1) are not taken: the reads below fail on them.
        var recipient = new AsnReader(ReadOnlyMember(data), AsnEncodingRules.DER);
        var (identifier, encryptedKey) = ParseRecipient(recipient.ReadSequence());
        var content = data.ReadSequence();
        data.ThrowIfNotEmpty();

        Require(content.ReadObjectIdentifier() == ObjectIdentifiers.Data, "content type");
        var cipher = ReadAlgorithm(content);
        Require(cipher.Algorithm == ObjectIdentifiers.Aes256Cbc, "content encryption");
        var parameters = new AsnReader(cipher.Parameters, AsnEncodingRules.DER);
        var initialVector = parameters.ReadOctetString();
        parameters.ThrowIfNotEmpty();
        Require(initialVector.Length == BlockOctets, "initial vector");
        var encrypted = content.ReadOctetString(Context0);
        content.ThrowIfNotEmpty();
        Require(encrypted.Length > 0 && encrypted.Length % BlockOctets == 0, "content length");
        return new Envelope(identifier, encryptedKey, initialVector, encrypted);
    }

    private static (ReadOnlyMemory<byte> Identifier, byte[] EncryptedKey) ParseRecipient(AsnReader recipient)
    {
        Require(recipient.TryReadInt32(out var version) && version is 0 or 2, "recipient version");
        var identifier = recipient.ReadEncodedValue();
        RequireOaep(ReadAlgorithm(recipient));
        var encryptedKey = recipient.ReadOctetString();
        recipient.ThrowIfNotEmpty();
        return (identifier, encryptedKey);
    }

    /// <summary>RSAES-OAEP-params ::= SEQUENCE { [0] hash, [1] mask generation, [2] label }; the defaults are SHA-1, so both must be there.</summary>
    private static void RequireOaep(AlgorithmIdentifier algorithm)
    {
        Require(algorithm.Algorithm == ObjectIdentifiers.RsaesOaep, "key transport");
        var outside = new AsnReader(algorithm.Parameters, AsnEncodingRules.DER);
        var parameters = outside.ReadSequence();
        outside.ThrowIfNotEmpty();

        RequireSha256(ReadExplicit(parameters, Context0));
        var mask = ReadExplicit(parameters, Context1);
        Require(mask.Algorithm == ObjectIdentifiers.Mgf1, "mask generation");
        var maskHash = new AsnReader(mask.Parameters, AsnEncodingRules.DER);
        RequireSha256(ReadAlgorithm(maskHash));
        maskHash.ThrowIfNotEmpty();
        if (parameters.HasData)
            RequireEmptyLabel(ReadExplicit(parameters, Context2));
        parameters.ThrowIfNotEmpty();
    }

    private static void RequireEmptyLabel(AlgorithmIdentifier source)
    {
        Require(source.Algorithm == ObjectIdentifiers.PSpecified, "label source");
        var label = new AsnReader(source.Parameters, AsnEncodingRules.DER);
        Require(label.ReadOctetString().Length == 0, "label");
        label.ThrowIfNotEmpty();
    }

    private static void RequireSha256(AlgorithmIdentifier hash) =>
        Require(hash.Algorithm == ObjectIdentifiers.Sha256 && hash.HasNoParameters, "hash");

    private static AlgorithmIdentifier ReadExplicit(AsnReader reader, Asn1Tag tag)
    {
        var inside = reader.ReadSequence(Constructed(tag));
        var algorithm = ReadAlgorithm(inside);
        inside.ThrowIfNotEmpty();
        return algorithm;
    }
}
