internal import Foundation

/// The picture that notebooks show for the kernel: a drop of resin with three bars in it.
enum KernelLogo {
    static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="64" height="64">
          <path d="M50 6 L76.3 43.8 A32 32 0 1 1 23.7 43.8 Z" fill="#d98a1e"/>
          <path d="M33.2 64h7.6v16h-7.6zM46.2 52h7.6v28h-7.6zM59.2 58h7.6v22h-7.6z" fill="#fff3d6"/>
        </svg>

        """

    /// The same as PNG, 32 and 64 pixels wide, for notebooks that know no SVG.
    static let pngs = [(32, decoded(small)), (64, decoded(large))]

    private static func decoded(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text) ?? Data()) }

    private static let small = """
        iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAABAklEQVR42uWXwQ3DIAxFswEblBEYgVEyQkbg3gujZARG4Fapp4yQQwdIowpLFUqCjU2iqod3SqT/gg0m3fN+666k+3WB\
        IXGJgF6ZE/oKgbiyJOLZAu4rHHBnCZiNcMC0FlDZ0ufE9E4zAX8QDvhWAhYRDlhpAZW2G1ZgxpYCKzASwoFRSqCvCAd6roAmLv1WKTRHIDDCgVArYAXCi7tCuvHIDXkkUKz98np8QPYC\
        ScBgvowgsDsnWPXPBQpCli1QCpQUUA0EFLUJJ0GBqWYXeEEBXyOgBQV07VHsBAQcdxpGxgkYJcaxqhxKAXMpoV7FZ+Sx61reioedFQnpmfqrn1M2b9B3th5urBdiAAAAAElFTkSuQmCC
        """

    private static let large = """
        iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAB7UlEQVR42u2bzXGFIBSF7cAOQgmUQAmWYAmUwD4bS3glWAIlsMtMVpbgIgWYlxnIvGQcR/H+oSzOShfvfMLjAuc2n+9v\
        zZ3VVAAVQAXAKRt1SwD6qSVK3xFAeAEQ7gZgeDGfNNwFgFkxn2SuDqB9atoAMMV3Lgtg3DCfNF4VQLfDfFJ3NQA/w3o+AGCmmgpUAPwB80n+KgBshvkkWzoAfXDor00FXTKAcMI8SZWI\
        ad4BmE9ypQHQgOZRN0wc1V6uUKpEqo0OlAbpADpE8yhVIme1d2ZpbCUCGAnMg2+YoMz3hOaTeikAFNHQX5sKSgIAz2AebMMkqdpjqRKlVXvkVWKpQx9sKmCc7HLJUALwAgF4KgBaoPns\
        /wK2zc7y9fFHXJslrlMeLACBAsAiGMCCDcAUAMBgAuipAPx/fgBSjwnAFQDAVQAVAB4Am2Nuj0FAAJZ9FWAGgLoKqAIAKOxCaBIMYKKoBB+CATwoAHSCAXRU5wGzQAAz5YGIEwjAUQLY\
        vAZjAJB9XYZyG8QAIPuWqORLEZDLEalhCLLQhIQkGGuCTEocji0+Bx2MCgTmA2RgCiMghZ0RAg1KYTZFBOCvjtJMQRGR9yeXONToPFVaXMViZdzRMTLGdxXFb+PsGmvjsDbUbTK1c7QC\
        qAB+9Q1WSe1rdWdOXAAAAABJRU5ErkJggg==
        """
}
